#include <zzz_jobs/nodes/control/http_client.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/nodes/control/json.hpp>

#include <httplib.h>

#include <mutex>
#include <utility>

namespace zzz_jobs::node {
namespace {

/// Every byte that is no letter, digit or one of -._~ and, in a path, /.
std::string escaped(std::string_view text, bool is_path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
      || std::string_view("-._~").find(c) != std::string_view::npos || (is_path && c == '/');
    if (is_plain)
      out += c;
    else
      (((out += '%') += digits[byte >> 4U]) += digits[byte & 15U]);
  }
  return out;
}

std::string target_of(const ApiRequest& request) {
  auto target = escaped(request.path, true);
  char before = '?';
  for (const auto& [key, value] : request.query) {
    target += before + escaped(key, false) + '=' + escaped(value, false);
    before = '&';
  }
  return target;
}

void check(const std::string& url) {
  const auto rest = url.starts_with("http://") ? url.substr(7)
    : url.starts_with("https://")              ? url.substr(8)
                                               : std::string{};
  if (rest.empty() || rest.find_first_of("/?#@ ") != std::string::npos)
    throw Error(errc::invalid_argument,
                "url: must be http://HOST:PORT or https://HOST:PORT, got \"" + url + "\"");
}

/// What happened and what to look at, in place of the library's one word.
std::string sentence_of(httplib::Error error, const HttpClientSetting& setting) {
  const bool is_tls = setting.url.starts_with("https:");
  switch (error) {
    case httplib::Error::Connection:
      return "nobody takes connections there: does a node with http.listen run, and is this its "
             "address?";
    case httplib::Error::SSLConnection:
      return "no TLS connection: does the node have http.certificate? Without it, it speaks "
             "http://";
    case httplib::Error::SSLLoadingCerts:
      return "ca: \"" + setting.ca.string() + "\" cannot be read as certificates";
    case httplib::Error::SSLServerVerification:
      return "the node's certificate is not vouched for, or not for this host: give its CA with "
             "--ca";
    case httplib::Error::Read:
      return is_tls ? "the node has closed the connection, or has not answered in time"
                    : "the node has closed the connection, or has not answered in time; one with "
                      "http.certificate wants https://";
    default: return httplib::to_string(error);
  }
}

} // namespace

struct HttpClient::Impl {
  explicit Impl(HttpClientSetting chosen) : setting(std::move(chosen)), client(setting.url) {
    if (!client.is_valid())
      throw Error(errc::invalid_argument,
                  "url: must be http://HOST:PORT or https://HOST:PORT, "
                  "got \""
                    + setting.url + "\"");
    client.set_url_encode(false); // it would leave ?, # and % as they are
    client.set_keep_alive(true);
    client.set_connection_timeout(std::chrono::seconds{10});
    client.set_read_timeout(setting.timeout);
    client.set_write_timeout(setting.timeout);
    if (!setting.token.empty())
      client.set_default_headers({{"Authorization", "Bearer " + setting.token}});
    if (!setting.ca.empty())
      client.set_ca_cert_path(setting.ca.c_str());
  }

  httplib::Result send(const ApiRequest& request) {
    const auto target = target_of(request);
    if (request.method == "GET")
      return client.Get(target.c_str());
    const auto body = request.body;
    if (request.method == "DELETE")
      return client.Delete(target.c_str(), body, "application/json");
    if (request.method == "POST")
      return client.Post(target.c_str(), body, "application/json");
    throw Error(errc::invalid_argument, "method: must be GET, POST or DELETE");
  }

  ApiAnswer call(const ApiRequest& request) {
    const auto result = send(request);
    if (result)
      return {.status = result->status, .body = body_of(*result)};
    const auto reason = setting.url + ": " + sentence_of(result.error(), setting);
    const bool is_sent = result.error() == httplib::Error::Read
      || result.error() == httplib::Error::Write || result.error() == httplib::Error::Unknown;
    if (is_sent && request.method != "GET")
      throw Error(errc::in_doubt, reason + ": the node may have done it, look before repeating");
    throw Error(result.error() == httplib::Error::SSLLoadingCerts ? errc::invalid_argument
                                                                  : errc::unavailable,
                reason);
  }

  /// An answer that is none of a node's, as a proxy's, is no JSON.
  static std::string body_of(const httplib::Response& response) {
    const auto type = response.get_header_value("Content-Type");
    if (type.starts_with("application/json"))
      return response.body;
    return control::refusal(response.status, "unavailable",
                            "http: the answer is no JSON, but " + (type.empty() ? "nothing" : type))
      .body;
  }

  const HttpClientSetting setting;
  std::mutex mutex{};
  httplib::Client client;
};

HttpClient::HttpClient(HttpClientSetting setting) {
  check(setting.url);
  impl_ = std::make_unique<Impl>(std::move(setting));
}

HttpClient::~HttpClient() = default;

ApiAnswer HttpClient::call(const ApiRequest& request) {
  const std::lock_guard lock(impl_->mutex);
  return impl_->call(request);
}

} // namespace zzz_jobs::node
