#pragma once

#include "stores/pg_tables.hpp"
#include "support/eventually.hpp"

#include <zzz_jobs/stores/pg_store.hpp>

#include <string>
#include <utility>
#include <vector>

namespace zzz_jobs::tests {

/// How tests open a store: quick at looking, quiet.
inline PgStore::Config quick_store(const pg::Target& target) {
  PgStore::Config config;
  config.url = target.url;
  config.schema = target.schema;
  config.look_interval = std::chrono::milliseconds{20};
  config.log = log_nothing;
  return config;
}

/// A row to come, in the queue "mail".
inline NewJob job_of(std::string args, JobOpts opts = {}) {
  opts.queue = "mail";
  return make_new_job("mailer", std::move(args), opts);
}

inline Batch enqueues_of(std::vector<NewJob> jobs) {
  Batch batch;
  batch.enqueues = std::move(jobs);
  return batch;
}

inline Batch claims_of(std::uint32_t slots) {
  Batch batch;
  batch.claims.push_back({"mail", slots, 0});
  return batch;
}

inline BatchResult apply(PgStore& store, Batch batch) {
  return store.apply(batch);
}

/// Up to so many jobs of "mail".
inline std::vector<Job> claim(PgStore& store, std::uint32_t slots) {
  return std::move(apply(store, claims_of(slots)).claimed.front());
}

/// What the store's turns run on, in a database that no other test uses.
inline const std::string turns_sessions =
  "pg_stat_activity WHERE datname = current_database() AND application_name = 'zzz_jobs turns'";

} // namespace zzz_jobs::tests
