#pragma once

#include <zzz_jobs/nodes/cluster/wire_format.hpp>

#include <cstdint>
#include <string>
#include <vector>

// What peers say to each other: each say_atom message is one PeerWord. Kinds that
// a node does not know are ignored.

namespace zzz_jobs::node {

/// Who a node is: the details of its hello, and what it is greeted with.
struct PeerFacts {
  std::int64_t instance = 0; ///< random, of this process's membership
  std::int64_t id = 0;       ///< in the database; for guests the instance
  std::string name{};
  std::string version{};
  std::int64_t pid = 0;
  std::int64_t started_at = 0;
  std::string address{};
  bool gateway = false;
  bool guest = false; ///< without a database of its own: hears everything from us
  bool stopping = false;
  MSGPACK_DEFINE_MAP(instance, id, name, version, pid, started_at, address, gateway, guest,
                     stopping)
};

struct PeerQueue {
  std::string queue{};
  std::uint32_t concurrency = 0;
  std::uint32_t running = 0;
  MSGPACK_DEFINE_MAP(queue, concurrency, running)
};

/// The details of the answer to "load".
struct PeerLoad {
  PeerFacts facts{};
  std::vector<PeerQueue> queues{};
  MSGPACK_DEFINE_MAP(facts, queues)
};

struct PeerWord {
  /// Notices: "jobs", "cancelled", "paused", "resumed". Questions: "load", "scale",
  /// answered by "answer". Without an answer: "stop".
  std::string kind{};
  std::string queue{};
  std::int64_t job = 0;
  std::int32_t attempt = 0;
  std::uint64_t question = 0; ///< comes back with the answer
  std::uint32_t number = 0;   ///< scale: handlers at once; its answer: 1 if it runs the queue
  std::string details{};
  MSGPACK_DEFINE_MAP(kind, queue, job, attempt, question, number, details)
};

} // namespace zzz_jobs::node
