#include <zzz_jobs/config/node/detail/store_kinds.hpp>

#include <algorithm>
#include <array>

namespace zzz_jobs::node::detail {

std::string to_string(StoreKind kind) {
  switch (kind) {
    case StoreKind::memory: return "memory";
    case StoreKind::sqlite: return "sqlite";
    case StoreKind::postgres: return "postgres";
    case StoreKind::gateway: return "gateway";
  }
  return "memory";
}

bool applies(StoreKind kind, std::string_view key) {
  constexpr std::array of_sqlite{"path", "durability", "busy_timeout"};
  const auto is = [key](const char* name) { return key == name; };
  if (key == "kind")
    return true;
  if (key == "capacity")
    return kind == StoreKind::memory;
  if (std::ranges::any_of(of_sqlite, is))
    return kind == StoreKind::sqlite;
  if (key == "url" && kind == StoreKind::gateway)
    return true;
  return kind == StoreKind::postgres;
}

} // namespace zzz_jobs::node::detail
