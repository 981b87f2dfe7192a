#include <zzz_jobs/stores/detail/pg_link.hpp>

#include <zzz_jobs/stores/detail/pg_sql.hpp>
#include <zzz_jobs/stores/detail/pg_url.hpp>
#include <zzz_jobs/stores/sql/postgres.hpp>

#include <poll.h>

#include <cerrno>
#include <new>

namespace zzz_jobs::detail::pg {
namespace {

/// The session goes on, but is of no use: a standby after a failover, a server that is
/// out of something.
bool wants_another_server(std::string_view sqlstate) {
  constexpr std::string_view read_only_transaction = "25006";
  return sqlstate == read_only_transaction || sqlstate.substr(0, 2) == "53";
}

} // namespace

Link::Link(const LinkOptions& options, const Statements& statements)
  : statements_(statements), answer_timeout_(options.answer_timeout), pooled_(options.pooled) {
  connect(options);
  if (!pooled_)
    set_up_session(options);
  if (PQenterPipelineMode(connection_.get()) == 0 || PQsetnonblocking(connection_.get(), 1) != 0)
    throw ConnectionError{"database: " + message()};
}

void Link::connect(const LinkOptions& options) {
  const auto settings = connection_settings(
    {.url = options.url, .application = "zzz_jobs turns", .timeout = options.connect_timeout});
  connection_.reset(PQconnectdbParams(settings.keywords().data(), settings.values().data(), 0));
  if (!connection_)
    throw std::bad_alloc{};
  PQsetNoticeProcessor(
    connection_.get(), [](void*, const char*) {}, nullptr);
  if (PQstatus(connection_.get()) != CONNECTION_OK)
    throw ConnectionError{"database: cannot connect: " + message()};
}

void Link::set_up_session(const LinkOptions& options) {
  check_sent(PQsendQuery(connection_.get(), std::string{sql::postgres::session_settings}.c_str()));
  finish_alone();
  execute(sql::postgres::statement_timeout, std::to_string(options.answer_timeout.count()));
  execute(with_schema(sql::postgres::take_session_lock, options.schema),
          std::to_string(options.node_id));
}

/// Only while the connection is being set up.
void Link::execute(std::string_view sql, const std::string& value) {
  const char* const values[] = {value.c_str()};
  check_sent(PQsendQueryParams(connection_.get(), std::string{sql}.c_str(), 1, nullptr, values,
                               nullptr, nullptr, 0));
  finish_alone();
}

/// All answers to what was sent before the pipeline, each within the time limit.
void Link::finish_alone() {
  for (;;) {
    while (PQisBusy(connection_.get()) != 0)
      wait_for_input();
    auto* next = PQgetResult(connection_.get());
    if (next == nullptr)
      return;
    check_done(Rows{next});
  }
}

void Link::check_done(const Rows& rows) {
  const auto status = PQresultStatus(rows.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    fail(rows.get(), nullptr);
}

bool Link::is_alive() const {
  pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
  return poll(&socket, 1, 0) == 0;
}

void Link::prepare(Query query) {
  const std::string name{Statements::name(query)};
  check_sent(
    PQsendPrepare(connection_.get(), name.c_str(), statements_.text(query).c_str(), 0, nullptr));
  asked_.push_back({.query = query, .preparing = true, .named = true});
  prepared_.set(static_cast<std::size_t>(query));
}

void Link::send(Query query, Params& params) {
  const auto place = static_cast<std::size_t>(query);
  if (pooled_) {
    check_sent(PQsendQueryParams(connection_.get(), statements_.text(query).c_str(), params.count(),
                                 nullptr, params.values(), params.lengths(), params.formats(), 1));
  } else {
    if (!prepared_[place])
      prepare(query);
    const std::string name{Statements::name(query)};
    check_sent(PQsendQueryPrepared(connection_.get(), name.c_str(), params.count(), params.values(),
                                   params.lengths(), params.formats(), 1));
  }
  asked_.push_back({.query = query, .named = true});
}

void Link::send(const char* sql) {
  check_sent(PQsendQueryParams(connection_.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 1));
  asked_.push_back({});
}

void Link::request_answers() {
  check_sent(PQsendFlushRequest(connection_.get()));
}

void Link::sync() {
  check_sent(PQpipelineSync(connection_.get()));
  ++syncs_;
}

void Link::check_sent(int good) {
  if (good == 0)
    throw ConnectionError{"database: " + message()};
}

Rows Link::answer() {
  for (;;) {
    const auto asked = asked_.at(answered_);
    Rows rows{result()};
    const auto status = PQresultStatus(rows.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      fail(rows.get(), &asked);
    if (++answered_ == asked_.size()) {
      asked_.clear();
      answered_ = 0;
    }
    if (!asked.preparing)
      return rows;
  }
}

void Link::synced() {
  std::optional<Rows> failure;
  for (;;) {
    Rows rows{result()};
    if (PQresultStatus(rows.get()) == PGRES_PIPELINE_SYNC)
      break;
    failure.emplace(std::move(rows));
  }
  syncs_ = 0;
  if (failure)
    fail(failure->get(), nullptr);
}

void Link::recover() {
  for (; answered_ < asked_.size(); ++answered_)
    if (asked_[answered_].preparing)
      prepared_.reset(static_cast<std::size_t>(asked_[answered_].query));
  asked_.clear();
  answered_ = 0;
  if (syncs_ == 0)
    sync();
  while (PQresultStatus(Rows{result()}.get()) != PGRES_PIPELINE_SYNC) {
  }
  syncs_ = 0;
}

/// What comes next, without the nulls that stand between statements.
PGresult* Link::result() {
  push();
  for (;;) {
    while (PQisBusy(connection_.get()) != 0)
      wait_for_input();
    if (auto* next = PQgetResult(connection_.get()))
      return next;
    if (PQstatus(connection_.get()) != CONNECTION_OK)
      throw ConnectionError{"database: " + message()};
  }
}

/// Reads meanwhile: a server whose answers nobody takes reads no further.
void Link::push() {
  for (;;) {
    const int left = PQflush(connection_.get());
    if (left == 0)
      return;
    if (left < 0)
      throw ConnectionError{"database: " + message()};
    wait_for_socket(POLLIN | POLLOUT);
    if (PQconsumeInput(connection_.get()) == 0)
      throw ConnectionError{"database: " + message()};
  }
}

void Link::wait_for_input() {
  wait_for_socket(POLLIN);
  if (PQconsumeInput(connection_.get()) == 0)
    throw ConnectionError{"database: " + message()};
}

void Link::wait_for_socket(short events) {
  pollfd socket{PQsocket(connection_.get()), events, 0};
  int ready = 0;
  do
    ready = poll(&socket, 1, static_cast<int>(answer_timeout_.count()));
  while (ready < 0 && errno == EINTR);
  if (ready == 0)
    throw ConnectionError{"database: no answer within " + std::to_string(answer_timeout_.count())
                          + " ms"};
}

std::string Link::message() const {
  return one_line(PQerrorMessage(connection_.get()));
}

void Link::fail(const PGresult* result, const Asked* asked) {
  const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view sqlstate = field != nullptr ? field : "";
  const std::string text = one_line(PQresultErrorMessage(result));
  if (ends_session(sqlstate) || wants_another_server(sqlstate))
    throw ConnectionError{"database: " + (text.empty() ? message() : text)};
  const std::string doing =
    asked != nullptr && asked->named ? std::string{Statements::name(asked->query)} + ": " : "";
  throw StatementError{sqlstate, "database: " + doing + text};
}

} // namespace zzz_jobs::detail::pg
