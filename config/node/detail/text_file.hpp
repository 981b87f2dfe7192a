#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace zzz_jobs::node::detail {

/// The content of a file; none, and the reason in `why`, if it is none that can be
/// read or is larger than `bytes_max`.
[[nodiscard]] std::optional<std::string> read_text_file(const std::filesystem::path& file,
                                                        std::size_t bytes_max, std::string& why);

} // namespace zzz_jobs::node::detail
