#include "stores/pg_proxy.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <memory>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace zzz_jobs::tests {
namespace {

constexpr char ready_for_query = 'Z';
constexpr std::size_t header_bytes = 5; // kind and length

[[noreturn]] void fail(const char* doing) {
  throw std::system_error{errno, std::generic_category(), doing};
}

std::map<std::string, std::string> parts_of(const std::string& url) {
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options{
    PQconninfoParse(url.c_str(), nullptr), PQconninfoFree};
  if (!options)
    throw std::runtime_error("not a connection string: " + url);
  std::map<std::string, std::string> parts;
  for (auto* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr)
      parts[option->keyword] = option->val;
  return parts;
}

int connect_to(const std::string& host, const std::string& port) {
  addrinfo wish{};
  wish.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &wish, &found) != 0)
    return -1;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> address{found, freeaddrinfo};
  const int made = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made >= 0 && connect(made, found->ai_addr, found->ai_addrlen) == 0)
    return made;
  close(made);
  return -1;
}

void without_delay(int connection) {
  const int on = 1;
  setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// What has arrived; nothing: the connection is at its end.
std::string received(int from) {
  std::string bytes(1 << 16, '\0');
  const auto count = recv(from, bytes.data(), bytes.size(), 0);
  bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return bytes;
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

std::uint32_t length_at(std::string_view bytes) {
  std::uint32_t length = 0;
  for (const char byte : bytes.substr(0, 4))
    length = length << 8 | static_cast<unsigned char>(byte);
  return length;
}

} // namespace

PgProxy::PgProxy(const std::string& server_url)
  : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
    bell_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  auto parts = parts_of(server_url);
  host_ = parts["host"];
  port_ = parts["port"];
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || bell_ < 0 || bind(listener_, generic, size) != 0
      || listen(listener_, 32) != 0 || getsockname(listener_, generic, &size) != 0)
    fail("proxy");
  parts["host"] = "127.0.0.1";
  parts["port"] = std::to_string(ntohs(address.sin_port));
  parts["sslmode"] = "disable"; // so that it can be read who comes
  parts["gssencmode"] = "disable";
  for (const auto& [keyword, value] : parts)
    url_ += keyword + "='" + value + "' ";
  thread_ = std::thread{[this] { run(); }};
}

PgProxy::~PgProxy() {
  act([this] { stopping_ = true; });
  thread_.join();
  close(listener_);
  close(bell_);
}

// --- what is asked of it -------------------------------------------------------

void PgProxy::act(const std::function<void()>& what) {
  {
    const std::lock_guard lock{mutex_};
    what();
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(bell_, &one, sizeof one);
}

void PgProxy::hold(Hold what) {
  act([&] {
    hold_ = what;
    has_held_ = false;
  });
}

void PgProxy::cut() {
  act([this] {
    for (auto& pair : pairs_)
      if (pair.turns)
        close_both(pair);
  });
}

void PgProxy::cut_after_answered(std::size_t bytes) {
  act([&] {
    answered_left_ = bytes;
    has_cut_ = false;
  });
}

void PgProxy::cut_after_asked(std::size_t bytes) {
  act([&] {
    asked_left_ = bytes;
    has_cut_ = false;
  });
}

void PgProxy::refuse(bool all) {
  act([&] {
    refusing_ = all;
    if (all)
      for (auto& pair : pairs_)
        close_both(pair);
  });
}

// --- the thread ----------------------------------------------------------------

void PgProxy::run() {
  for (;;) {
    std::vector<pollfd> events{{listener_, POLLIN, 0}, {bell_, POLLIN, 0}};
    {
      const std::lock_guard lock{mutex_};
      std::erase_if(pairs_, [](const Pair& pair) { return pair.client < 0; });
      for (const auto& pair : pairs_) {
        events.push_back({pair.client, POLLIN, 0});
        events.push_back({pair.server, POLLIN, 0});
      }
      if (stopping_) {
        for (auto& pair : pairs_)
          close_both(pair);
        return;
      }
    }
    (void)poll(events.data(), events.size(), -1);
    const std::lock_guard lock{mutex_};
    std::uint64_t rung = 0;
    [[maybe_unused]] const auto read_bytes = read(bell_, &rung, sizeof rung);
    auto event = events.begin() + 2;
    for (auto& pair : pairs_) {
      const bool asked = (event++)->revents != 0;
      const bool answered = (event++)->revents != 0;
      if (pair.client < 0) // ended meanwhile
        continue;
      if ((asked && !from_client(pair)) || (answered && !from_server(pair)))
        close_both(pair);
    }
    if (events[0].revents != 0)
      accept_one();
  }
}

void PgProxy::accept_one() {
  Pair pair;
  pair.client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (pair.client < 0)
    return;
  if (!refusing_)
    pair.server = connect_to(host_, port_);
  if (pair.server < 0) {
    close(pair.client);
    return;
  }
  without_delay(pair.client);
  without_delay(pair.server);
  pairs_.push_back(std::move(pair));
}

void PgProxy::close_both(Pair& pair) {
  if (pair.client < 0)
    return;
  shutdown(pair.client, SHUT_RDWR); // at once, though the thread may wait on it
  shutdown(pair.server, SHUT_RDWR);
  close(pair.client);
  close(pair.server);
  pair.client = pair.server = -1;
}

/// The first packet names the application.
bool PgProxy::from_client(Pair& pair) {
  auto bytes = received(pair.client);
  if (bytes.empty())
    return false;
  if (!pair.known) {
    pair.hello += bytes;
    if (pair.hello.size() < 4 || pair.hello.size() < length_at(pair.hello))
      return true;
    pair.known = true;
    pair.turns = pair.hello.find("zzz_jobs turns") != std::string::npos;
    connections_ += pair.turns ? 1 : 0;
    return send_all(pair.server, pair.hello); // no more comes before the server's answer
  }
  if (!pair.turns)
    return send_all(pair.server, bytes);
  return pass(pair.server, std::move(bytes), asked_left_);
}

bool PgProxy::from_server(Pair& pair) {
  auto bytes = received(pair.server);
  if (bytes.empty())
    return false;
  if (!pair.turns)
    return send_all(pair.client, bytes);
  if (hold_ == Hold::all) {
    has_held_ = true;
    return true;
  }
  return pass(pair.client, without_ends(pair, bytes), answered_left_);
}

/// `left` counts down to a cut, if there is to be one.
bool PgProxy::pass(int to, std::string bytes, std::optional<std::size_t>& left) {
  const bool cuts = left && *left < bytes.size();
  if (cuts)
    bytes.resize(*left);
  if (left)
    *left -= bytes.size();
  const bool passed = send_all(to, bytes);
  if (!cuts)
    return passed;
  left.reset();
  has_cut_ = true;
  return false;
}

/// Follows the messages, whether something is held or not.
std::string PgProxy::without_ends(Pair& pair, const std::string& bytes) {
  pair.message += bytes;
  std::string passed;
  std::string_view rest = pair.message;
  while (rest.size() >= header_bytes) {
    const auto size = std::size_t{1} + length_at(rest.substr(1));
    if (rest.size() < size)
      break;
    if (rest.front() == ready_for_query && hold_ == Hold::ends)
      has_held_ = true;
    else
      passed += rest.substr(0, size);
    rest.remove_prefix(size);
  }
  pair.message = std::string{rest};
  return passed;
}

} // namespace zzz_jobs::tests
