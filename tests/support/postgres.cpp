#include "support/postgres.hpp"

#include "support/eventually.hpp"
#include "support/sql_connection.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <libpq-fe.h>
#include <sys/file.h>

namespace zzz_jobs::support {

namespace {

const std::string home = ZZZ_JOBS_TEST_POSTGRES_HOME;

std::vector<std::string> command(const std::string& script, const PostgresOptions& options) {
  auto words = options.launcher;
  words.insert(words.end(), {"bash", ZZZ_JOBS_TEST_SCRIPTS "/lib/" + script, home});
  const auto set = [&](const std::string& setting) {
    words.emplace_back("-c");
    words.push_back(setting);
  };
  set("max_connections=" + std::to_string(options.connections_max));
  if (!options.fsync) {
    set("fsync=off");
    set("full_page_writes=off");
  }
  for (const auto& setting : options.settings)
    set(setting);
  return words;
}

/// The parts of a libpq connection string.
PostgresAddress parsed(const char* url) {
  char* error = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options{
    PQconninfoParse(url, &error), PQconninfoFree};
  const std::unique_ptr<char, void (*)(void*)> reason{error, PQfreemem};
  if (!options)
    throw std::runtime_error(reason ? reason.get() : "out of memory");
  PostgresAddress address{.port = 5432};
  for (auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr)
      continue;
    const std::string_view name = option->keyword;
    if (name == "host")
      address.host = option->val;
    else if (name == "port")
      address.port = static_cast<std::uint16_t>(std::stoi(option->val));
    else if (name == "password")
      address.password = option->val;
  }
  return address;
}

/// Says that this process uses the shared server: kept until it ends.
void hold_users_lock() {
  std::filesystem::create_directories(home);
  const auto file = home + "/users";
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    throw std::system_error(errno, std::generic_category(), file);
  while (flock(descriptor, LOCK_SH) != 0)
    if (errno != EINTR)
      throw std::system_error(errno, std::generic_category(), file);
}

} // namespace

std::string PostgresAddress::url(std::string_view user, std::string_view database) const {
  std::ostringstream text;
  text << "postgresql://" << user << (password.empty() ? "" : ":") << password << '@' << host << ':'
       << port;
  if (standby_port != 0)
    text << ',' << host << ':' << standby_port;
  text << '/' << database;
  return text.str();
}

SharedPostgres::SharedPostgres() {
  if (const char* url = std::getenv("ZZZ_JOBS_POSTGRES_URL")) {
    server_ = parsed(url);
    if (const char* bouncer = std::getenv("ZZZ_JOBS_BOUNCER_URL"))
      bouncer_ = parsed(bouncer);
    return;
  }
  hold_users_lock();
  Conversation starter{command("postgres_shared.bash", {.connections_max = 300})};
  std::istringstream answer{starter.answer()};
  PostgresAddress bouncer;
  answer >> server_.port >> bouncer.port >> server_.password;
  bouncer.password = server_.password;
  bouncer_ = bouncer;
}

const SharedPostgres& SharedPostgres::get() {
  static const SharedPostgres shared;
  return shared;
}

std::string SharedPostgres::bouncer_url(std::string_view user, std::string_view database) const {
  if (!bouncer_)
    throw std::runtime_error("ZZZ_JOBS_BOUNCER_URL is not set: scripts/postgres --bouncer");
  return bouncer_->url(user, database);
}

PostgresServer::PostgresServer(const PostgresOptions& options)
  : holder_(command("postgres_private.bash", options)) {
  server_.host = options.host;
  start();
}

void PostgresServer::start() {
  std::istringstream answer{holder_.ask("start")};
  answer >> server_.port >> pid_ >> server_.password;
}

void PostgresServer::stop() {
  holder_.ask("stop INT");
}

void PostgresServer::stop_immediately() {
  holder_.ask("stop QUIT");
}

void PostgresServer::restart() {
  stop();
  start();
}

void PostgresServer::suspend() {
  holder_.ask("signal STOP");
}

void PostgresServer::resume() {
  holder_.ask("signal CONT");
}

void PostgresServer::add_standby() {
  const auto port = static_cast<std::uint16_t>(std::stoi(holder_.ask("standby")));
  SqlConnection primary{url()};
  primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'");
  primary.run("SELECT pg_reload_conf()");
  if (!eventually([&] {
        return primary.value("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'")
          == "1";
      }))
    throw std::runtime_error("the standby does not follow");
  server_.standby_port = port;
}

void PostgresServer::fail_over() {
  stop_immediately();
  if (SqlConnection{url()}.value("SELECT pg_promote()") != "t")
    throw std::runtime_error("the standby does not become the server");
}

std::string PostgresServer::bouncer_url(std::string_view user) {
  if (!bouncer_)
    bouncer_ =
      PostgresAddress{.port = static_cast<std::uint16_t>(std::stoi(holder_.ask("bouncer"))),
                      .password = server_.password};
  return bouncer_->url(user);
}

} // namespace zzz_jobs::support
