#pragma once

#include <string>

namespace zzz_jobs::node::cli {

/// zzz-jobs.1, in the language of man(7).
[[nodiscard]] std::string manual_page();

} // namespace zzz_jobs::node::cli
