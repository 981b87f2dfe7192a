#pragma once

#include <zzz_jobs/nodes/cli/style.hpp>
#include <zzz_jobs/nodes/cli/table.hpp>

#include <zzz_jobs/config/clock.hpp>

#include <nlohmann/json_fwd.hpp>

#include <ostream>

namespace zzz_jobs::node::cli {

/// A table for rows of add_job.
[[nodiscard]] Table job_table();
void add_job(Table& table, const nlohmann::json& job, const Style& style, UnixTime now);

/// All that is known of a job, a line a fact.
void print_job(std::ostream& out, const nlohmann::json& job, const Style& style, UnixTime now);

} // namespace zzz_jobs::node::cli
