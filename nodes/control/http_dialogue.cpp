#include <zzz_jobs/nodes/control/http_dialogue.hpp>

#include <zzz_jobs/nodes/control/http_stream.hpp>
#include <zzz_jobs/nodes/control/json.hpp>

#include <algorithm>
#include <cctype>
#include <optional>

namespace zzz_jobs::node::control {
namespace {

/// The connection that this thread serves: cpp-httplib hands it to no handler.
thread_local HttpStream* serving = nullptr;

constexpr std::size_t path_bytes_max = 2048;

HttpReply refused(int status, std::string_view code, std::string_view text) {
  auto answer = refusal(status, code, text);
  return {.status = status, .content_type = "application/json", .body = answer.body + '\n'};
}

void fill(httplib::Response& response, const HttpReply& reply) {
  response.status = reply.status;
  response.set_content(reply.body, reply.content_type.c_str());
  response.set_header("Cache-Control", "no-store");
  response.set_header("X-Content-Type-Options", "nosniff");
  if (reply.asks_for_token)
    response.set_header("WWW-Authenticate", "Bearer");
}

/// A request that is not read to its end must be the connection's last.
void fill_last(httplib::Response& response, const HttpReply& reply) {
  fill(response, reply);
  response.set_header("Connection", "close");
  serving->close_after_answer();
}

bool has_body(const httplib::Request& request) {
  return request.has_header("Transfer-Encoding")
    || (request.has_header("Content-Length") && request.get_header_value("Content-Length") != "0");
}

std::optional<HttpReply> length_problem(const httplib::Request& request,
                                        std::size_t body_bytes_max) {
  const auto lengths = request.get_header_value_count("Content-Length");
  const auto encodings = request.get_header_value_count("Transfer-Encoding");
  const auto length = request.get_header_value("Content-Length");
  const bool is_number =
    std::all_of(length.begin(), length.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  if (lengths + encodings > 1 || !is_number || length.size() > 18)
    return refused(400, "invalid_argument",
                   "Content-Length: must be given once, as a number, without Transfer-Encoding");
  if (encodings == 1 && request.get_header_value("Transfer-Encoding") != "chunked")
    return refused(501, "unsupported", "Transfer-Encoding: must be chunked");
  if (lengths == 1 && !length.empty() && std::stoull(length) > body_bytes_max)
    return refused(413, "too_large",
                   "body: must be at most " + std::to_string(body_bytes_max) + " bytes, got "
                     + length);
  return std::nullopt;
}

/// What forbids to read the body, known from the headers.
std::optional<HttpReply> body_problem(const httplib::Request& request, std::size_t body_bytes_max) {
  if (request.method == "GET" || request.method == "HEAD")
    return refused(400, "invalid_argument", "body: GET must have none");
  if (request.method != "POST" && request.method != "DELETE")
    return refused(405, "method_not_allowed", "method: must be GET, POST or DELETE");
  // A small compressed body may become a large one.
  if (request.has_header("Content-Encoding"))
    return refused(415, "unsupported", "Content-Encoding: must not be given");
  if (request.is_multipart_form_data())
    return refused(415, "unsupported", "Content-Type: must not be multipart/form-data");
  return length_problem(request, body_bytes_max);
}

std::optional<HttpReply> address_problem(const httplib::Request& request) {
  if (request.path.size() > path_bytes_max)
    return refused(414, "too_large",
                   "path: must be at most " + std::to_string(path_bytes_max) + " bytes");
  for (const auto& [key, value] : request.params)
    if (request.params.count(key) > 1)
      return refused(400, "invalid_argument", "query: a key must be given once");
  return std::nullopt;
}

HttpRequest request_of(const httplib::Request& request) {
  HttpRequest one{
    .api = {.method = request.method == "HEAD" ? "GET" : request.method, .path = request.path},
    .authorization = request.get_header_value("Authorization")};
  one.api.query.insert(request.params.begin(), request.params.end());
  return one;
}

} // namespace

class HttpDialogue::Parser : private httplib::Server {
public:
  Parser(const HttpSite& site, HttpLimits limits) : site_(site), limits_(limits) {
    using Response = httplib::Response;
    using Request = httplib::Request;
    keep_alive_timeout_sec_ =
      std::chrono::duration_cast<std::chrono::seconds>(limits_.idle_max).count();
    keep_alive_max_count_ = limits_.requests_max;
    set_pre_routing_handler([this](const Request& request, Response& response) {
      return answer_without_body(request, response) ? HandlerResponse::Handled
                                                    : HandlerResponse::Unhandled;
    });
    const auto with_body = [this](const Request& request, Response& response,
                                  const httplib::ContentReader& reader) {
      answer_with_body(request, response, reader);
    };
    Post(".*", with_body);
    Delete(".*", with_body);
    set_error_handler([](const Request&, Response& response) { explain(response); });
  }

  void serve(ByteStream& bytes) {
    HttpStream stream(bytes, limits_);
    serving = &stream;
    for (std::size_t count = 1; count <= limits_.requests_max && stream.begin_request(); ++count) {
      bool is_last = count == limits_.requests_max;
      const bool is_answered = process(*this, stream, is_last);
      if (!is_answered || is_last || stream.closes())
        break;
    }
    serving = nullptr;
    constexpr std::chrono::seconds linger_max{1};
    bytes.end(std::chrono::steady_clock::now() + linger_max);
  }

private:
  /// Its parameters grew between the versions of cpp-httplib.
  template <class Server>
  static bool process(Server& server, HttpStream& stream, bool& is_last) {
    const bool closes = is_last;
    // An answer is small, and many overlapping parts of it are not.
    const std::function<void(httplib::Request&)> whole = [](httplib::Request& request) {
      request.ranges.clear();
    };
    if constexpr (requires { server.process_request(stream, closes, is_last, whole); })
      return server.process_request(stream, closes, is_last, whole);
    else
      return server.process_request(stream, "", 0, "", 0, closes, is_last, whole);
  }

  /// False: the body is to be read, then `answer_with_body` is called.
  bool answer_without_body(const httplib::Request& request, httplib::Response& response) const {
    const bool has_one = has_body(request);
    const auto asked = request_of(request);
    if (auto problem = address_problem(request)) {
      fill_last(response, *problem);
      return true;
    }
    if (const auto refusal = site_.admit(asked); refusal.status != 0) {
      has_one ? fill_last(response, refusal) : fill(response, refusal);
      return true;
    }
    if (!has_one) {
      fill(response, site_.answer(asked));
      return true;
    }
    if (auto problem = body_problem(request, limits_.body_bytes_max)) {
      fill_last(response, *problem);
      return true;
    }
    serving->begin_body();
    return false;
  }

  void answer_with_body(const httplib::Request& request, httplib::Response& response,
                        const httplib::ContentReader& reader) const {
    auto asked = request_of(request);
    bool is_too_large = false;
    const bool is_read = reader([&](const char* bytes, std::size_t size) {
      is_too_large = asked.api.body.size() + size > limits_.body_bytes_max;
      if (!is_too_large)
        asked.api.body.append(bytes, size);
      return !is_too_large;
    });
    if (is_too_large)
      fill_last(
        response,
        refused(413, "too_large",
                "body: must be at most " + std::to_string(limits_.body_bytes_max) + " bytes"));
    else if (!is_read)
      fill_last(response, refused(400, "invalid_argument", "body: it ended too soon"));
    else
      fill(response, site_.answer(asked));
  }

  /// What cpp-httplib itself refuses gets a body as every other refusal; what is wrong
  /// with a request may lie in how it is framed.
  static void explain(httplib::Response& response) {
    if (!response.body.empty())
      return;
    const auto* text = response.status == 414 ? "request: its first line is too long"
                                              : "request: it is no HTTP/1.1 that can be read";
    fill_last(response, refused(response.status, "invalid_argument", text));
  }

  const HttpSite& site_;
  const HttpLimits limits_;
};

HttpDialogue::HttpDialogue(const HttpSite& site, HttpLimits limits)
  : parser_(std::make_unique<Parser>(site, limits)) {}

HttpDialogue::~HttpDialogue() = default;

void HttpDialogue::serve(ByteStream& bytes) {
  parser_->serve(bytes);
}

} // namespace zzz_jobs::node::control
