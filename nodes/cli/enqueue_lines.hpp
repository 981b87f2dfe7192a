#pragma once

#include <zzz_jobs/nodes/cli/context.hpp>

namespace zzz_jobs::node::cli {

/// `enqueue -`: a job a line of JSON from the input, in requests of up to 1,000.
int enqueue_lines(Context& context);

} // namespace zzz_jobs::node::cli
