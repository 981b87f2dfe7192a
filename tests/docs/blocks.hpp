#pragma once

// What the plain blocks of the pages include, as docs/testing.md says, and how
// their program finds them.

#include "support/postgres_fresh.hpp"

#include <zzz_jobs/stores/pg_doctor.hpp>
#include <zzz_jobs/stores/pg_schema.hpp>
#include <zzz_jobs/stores/pg_transaction.hpp>
#include <zzz_jobs/stores/sqlite_transaction.hpp>
#include <zzz_jobs/testing.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include <pqxx/pqxx>
#include <sqlite3.h>

#include <atomic>
#include <cassert>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#ifdef NDEBUG
#error "the blocks check themselves with assert"
#endif

namespace docs {

struct Block {
  const char* number;
  void (*run)();
};

extern const std::vector<Block> all_blocks; ///< made by extract.awk

} // namespace docs
