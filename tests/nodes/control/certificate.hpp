#pragma once

#include <filesystem>
#include <string>

namespace zzz_jobs::node::tests {

/// Writes a key and a certificate of its own signing for 127.0.0.1, as PEM.
void write_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key);

} // namespace zzz_jobs::node::tests
