#include <zzz_jobs/stores/detail/sqlite.hpp>

#include <algorithm>
#include <limits>
#include <thread>

namespace zzz_jobs::detail::sqlite {
namespace {

constexpr auto wait_step = std::chrono::microseconds{500};

std::string_view remedy_of(int code) noexcept {
  switch (code & 0xff) {
    case SQLITE_FULL: return "; free space on its disk (or prune jobs), then it goes on";
    case SQLITE_BUSY: return "; another program holds a transaction on it";
    case SQLITE_READONLY: return "; make the file and its folder writable";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "; stop, and restore it from a backup";
    default: return "";
  }
}

std::string file_of(sqlite3* connection) {
  const char* name = connection != nullptr ? sqlite3_db_filename(connection, "main") : nullptr;
  return name != nullptr && *name != '\0' ? name : "in memory";
}

void execute_or_throw(sqlite3* connection, const char* sql, std::string_view doing) {
  const int code = sqlite3_exec(connection, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK)
    throw error_of(connection, sqlite3_extended_errcode(connection), doing);
}

sqlite3* open_file(const std::filesystem::path& path) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  if (code == SQLITE_OK)
    return handle;
  const std::string reason = handle != nullptr ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  sqlite3_close_v2(handle);
  throw Error{errc_of(code), "store \"" + path.string() + "\": cannot be opened: " + reason};
}

errc errc_of_constraint(int code) noexcept {
  const bool is_key = code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY
    || code == SQLITE_CONSTRAINT_ROWID;
  return is_key ? errc::conflict : errc::invalid_argument;
}

bool concerns_the_values(int code) noexcept {
  const int primary = code & 0xff;
  return primary == SQLITE_CONSTRAINT || primary == SQLITE_TOOBIG || primary == SQLITE_MISMATCH;
}

} // namespace

errc errc_of(int code) noexcept {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
    case SQLITE_ERROR: // a table or column that every version has is missing
    case SQLITE_INTERNAL: return errc::corrupt;
    case SQLITE_IOERR: return code == SQLITE_IOERR_CORRUPTFS ? errc::corrupt : errc::unavailable;
    case SQLITE_TOOBIG: return errc::too_large;
    case SQLITE_CONSTRAINT: return errc_of_constraint(code);
    case SQLITE_MISMATCH:
    case SQLITE_RANGE: return errc::invalid_argument;
    case SQLITE_MISUSE: return errc::not_allowed;
    default: return errc::unavailable; // busy, locked, full, cantopen, readonly, nomem, ...
  }
}

Error error_of(sqlite3* connection, int code, std::string_view doing) {
  std::string text = "store \"" + file_of(connection) + "\": ";
  text.append(doing).append(": ");
  text.append(connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(code));
  text.append(remedy_of(code));
  return Error{errc_of(code), text};
}

Connection::Connection(const std::filesystem::path& path, std::chrono::milliseconds busy_timeout)
  : wait_(std::make_unique<Wait>()), handle_(open_file(path)),
    begin_(handle_.get(), "BEGIN IMMEDIATE"), commit_(handle_.get(), "COMMIT") {
  wait_->limit = busy_timeout;
  sqlite3_extended_result_codes(get(), 1);
  sqlite3_busy_handler(get(), &Connection::wait_a_little, wait_.get());
}

// SQLite's own handler sleeps longer and longer, so a writer in a loop starves
// the one that waits. Equal short sleeps give both their turn.
int Connection::wait_a_little(void* wait, int calls) noexcept {
  auto& self = *static_cast<Wait*>(wait);
  const auto now = std::chrono::steady_clock::now();
  self.happened = true;
  if (calls == 0)
    self.since = now;
  if (now - self.since >= self.limit)
    return 0;
  std::this_thread::sleep_for(wait_step);
  return 1;
}

void Connection::execute(std::string_view sql, std::string_view doing) {
  execute_or_throw(get(), std::string{sql}.c_str(), doing);
}

Rows::~Rows() {
  statement_->reset();
}

bool Rows::next() {
  return statement_->next_row();
}

bool Rows::is_null(int column) const {
  return sqlite3_column_type(statement_->handle_.get(), column) == SQLITE_NULL;
}

std::int64_t Rows::integer(int column) const {
  return sqlite3_column_int64(statement_->handle_.get(), column);
}

std::int32_t Rows::integer32(int column) const {
  using Range = std::numeric_limits<std::int32_t>;
  return static_cast<std::int32_t>(
    std::clamp<std::int64_t>(integer(column), Range::min(), Range::max()));
}

std::string_view Rows::text(int column) const {
  auto* handle = statement_->handle_.get();
  // The order matters: text() may convert, bytes() counts what it made.
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle, column));
  if (bytes == nullptr)
    return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle, column))};
}

std::optional<std::string> Rows::optional_text(int column) const {
  if (is_null(column))
    return std::nullopt;
  return std::string{text(column)};
}

UnixTime Rows::time(int column) const {
  return UnixTime{std::chrono::seconds{integer(column)}};
}

std::optional<UnixTime> Rows::optional_time(int column) const {
  if (is_null(column))
    return std::nullopt;
  return time(column);
}

void Statement::prepare() {
  if (handle_ != nullptr)
    return;
  sqlite3_stmt* handle = nullptr;
  check(sqlite3_prepare_v3(connection_, sql_.data(), static_cast<int>(sql_.size()),
                           SQLITE_PREPARE_PERSISTENT, &handle, nullptr));
  handle_.reset(handle);
}

void Statement::check(int code) {
  if (code != SQLITE_OK)
    throw error_of(connection_, code, "preparing a statement");
}

void Statement::bind(int index, std::nullptr_t, Lifetime) {
  check(sqlite3_bind_null(handle_.get(), index));
}

void Statement::bind(int index, UnixTime value, Lifetime) {
  bind_integer(index, value.time_since_epoch().count());
}

void Statement::bind(int index, std::string_view value, Lifetime lifetime) {
  // A null pointer would bind NULL; the empty view has one.
  const char* bytes = value.data() != nullptr ? value.data() : "";
  check(sqlite3_bind_text64(handle_.get(), index, bytes, value.size(), lifetime, SQLITE_UTF8));
}

void Statement::bind_integer(int index, std::int64_t value) {
  check(sqlite3_bind_int64(handle_.get(), index, value));
}

bool Statement::next_row() {
  const int code = step_once();
  if (code == SQLITE_ROW)
    return true;
  finish(code);
  return false;
}

void Statement::finish(int code) {
  if (code == SQLITE_DONE || code == SQLITE_ROW) {
    reset();
    return;
  }
  const Error error =
    error_of(connection_, sqlite3_extended_errcode(connection_), "executing a statement");
  reset();
  throw error;
}

std::optional<Refusal> Statement::finish_or_refuse(int code) {
  if (!concerns_the_values(code)) {
    finish(code);
    return std::nullopt;
  }
  // The connection may be an application's, without extended result codes.
  const int extended = sqlite3_extended_errcode(connection_);
  Refusal refusal{extended, errc_of(extended), sqlite3_errmsg(connection_)};
  reset();
  return refusal;
}

Transaction::Transaction(Connection& connection) : connection_(connection) {
  connection_.begin_.execute();
}

Transaction::~Transaction() {
  // Some failures (disk full, I/O) have rolled it back already.
  if (open_ && sqlite3_get_autocommit(connection_.get()) == 0)
    sqlite3_exec(connection_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  connection_.commit_.execute();
  open_ = false;
}

Savepoint::Savepoint(sqlite3* connection) : connection_(connection) {
  execute_or_throw(connection_, "SAVEPOINT zzz_jobs", "beginning a savepoint");
}

Savepoint::~Savepoint() {
  if (open_ && sqlite3_get_autocommit(connection_) == 0)
    sqlite3_exec(connection_, "ROLLBACK TO zzz_jobs; RELEASE zzz_jobs", nullptr, nullptr, nullptr);
}

void Savepoint::keep() {
  execute_or_throw(connection_, "RELEASE zzz_jobs", "ending a savepoint");
  open_ = false;
}

} // namespace zzz_jobs::detail::sqlite
