#include "support/catch.hpp"

#include <zzz_jobs/stores/detail/sqlite.hpp>

using namespace zzz_jobs;
using detail::sqlite::errc_of;

TEST_CASE("each result code of SQLite has its remedy", "[sqlite]") {
  for (const int code : {SQLITE_BUSY, SQLITE_BUSY_SNAPSHOT, SQLITE_LOCKED, SQLITE_FULL,
                         SQLITE_IOERR, SQLITE_IOERR_FSYNC, SQLITE_CANTOPEN, SQLITE_READONLY,
                         SQLITE_NOMEM, SQLITE_PROTOCOL, SQLITE_PERM, SQLITE_INTERRUPT}) {
    INFO(sqlite3_errstr(code));
    CHECK(errc_of(code) == errc::unavailable);
  }
  for (const int code : {SQLITE_CORRUPT, SQLITE_CORRUPT_INDEX, SQLITE_NOTADB, SQLITE_ERROR,
                         SQLITE_IOERR_CORRUPTFS}) {
    INFO(sqlite3_errstr(code));
    CHECK(errc_of(code) == errc::corrupt);
  }
  CHECK(errc_of(SQLITE_TOOBIG) == errc::too_large);
  CHECK(errc_of(SQLITE_CONSTRAINT_UNIQUE) == errc::conflict);
  CHECK(errc_of(SQLITE_CONSTRAINT_PRIMARYKEY) == errc::conflict);
  CHECK(errc_of(SQLITE_CONSTRAINT_NOTNULL) == errc::invalid_argument);
  CHECK(errc_of(SQLITE_MISMATCH) == errc::invalid_argument);
  CHECK(errc_of(SQLITE_MISUSE) == errc::not_allowed);
}
