#pragma once

#include <map>
#include <string>

namespace zzz_jobs::node {

/// A question to a node, as HTTP knows it; the control socket and the verbs that
/// work without a node use the same.
struct ApiRequest {
  std::string method = "GET";
  std::string path{}; ///< "/api/v1/jobs/42", not encoded
  std::map<std::string, std::string> query{};
  std::string body{}; ///< JSON or, for bulk enqueues, NDJSON
};

/// `body` is JSON; for a status of 400 and above {"error": TEXT, "code": ERRC}.
struct ApiAnswer {
  int status = 200;
  std::string body{};
};

/// Who answers: a node's Api in this process, or one over a socket.
class ApiChannel {
public:
  virtual ~ApiChannel() = default;
  /// @throws Error(unavailable) if there is no answer; says whom it asked.
  virtual ApiAnswer call(const ApiRequest& request) = 0;
};

} // namespace zzz_jobs::node
