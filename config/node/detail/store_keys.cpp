// [store]

#include <zzz_jobs/config/node/address.hpp>
#include <zzz_jobs/config/node/detail/key_makers.hpp>
#include <zzz_jobs/config/node/detail/secret_keys.hpp>

#include <algorithm>

namespace zzz_jobs::node::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t url_bytes_max = 16 * 1024;
constexpr std::string_view gateway_scheme = "zzz://";

bool is_gateway(std::string_view url) {
  return url.starts_with(gateway_scheme);
}

/// "zzz://a:1,zzz://b:2", as a variable or flag can say it, in its parts.
std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

Rule read_gateways(std::vector<std::string> urls, StoreSection& store) {
  for (std::size_t at = 0; at < urls.size(); ++at)
    if (!gateway_address(urls[at]))
      return (urls.size() > 1 ? "item " + std::to_string(at + 1) + " " : std::string{})
        + "must be zzz://HOST:PORT";
  store.gateways = std::move(urls);
  store.url = {};
  return {};
}

/// A database's is a secret, as it may hold a password; gateways' are not, and may be
/// a list.
Rule read_url(const Value& value, StoreSection& store) {
  if (value.get<List>() != nullptr || (value.loose && value.get<std::string>()->starts_with('['))) {
    std::vector<std::string> urls;
    if (auto rule = read_texts(value, urls); !rule.empty())
      return rule;
    if (urls.empty())
      return "must name at least one gateway";
    return read_gateways(std::move(urls), store);
  }
  std::string text;
  if (auto rule = read_secret(value, url_bytes_max, text); !rule.empty())
    return rule;
  if (is_gateway(text))
    return read_gateways(split(text), store);
  if (const auto scheme = text.find("://"); scheme != std::string::npos
      && text.find_first_of("= '") > scheme && !text.starts_with("postgresql://")
      && !text.starts_with("postgres://"))
    return "must begin with postgresql:// or zzz://, or be a libpq connection string";
  store.url = Secret{text};
  store.gateways.clear();
  return {};
}

Value show_url(const StoreSection& store) {
  if (!store.url.empty())
    return {.data = store.url.reveal()};
  if (store.gateways.empty())
    return {};
  List urls;
  for (const auto& url : store.gateways)
    urls.push_back({.data = url});
  return {.data = urls};
}

Key url_key() {
  return secret(
    {.facts = {.name = "url", .type = "text, or list of zzz://HOST:PORT"},
     .read = [](const Value& value, NodeConfig& config,
                std::size_t) { return read_url(value, config.store); },
     .show = [](const NodeConfig& config, std::size_t) { return show_url(config.store); }});
}

} // namespace

Section store_section() {
  return {.name = "store",
          .keys = {
            with_standard(choice_key("kind", ZZZ_JOBS_AT(store.kind),
                                     {{"memory", StoreKind::memory},
                                      {"sqlite", StoreKind::sqlite},
                                      {"postgres", StoreKind::postgres},
                                      {"gateway", StoreKind::gateway}}),
                          "by path or url, else memory"),
            path_key("path", ZZZ_JOBS_AT(store.path)),
            choice_key("durability", ZZZ_JOBS_AT(store.full_durability),
                       {{"full", true}, {"normal", false}}),
            duration_key("busy_timeout", ZZZ_JOBS_AT(store.busy_timeout), {0ms, 1h}),
            url_key(),
            secret_file_key("url_file"),
            secret_variable_key("url_env"),
            text_key("schema", ZZZ_JOBS_AT(store.schema), 63),
            boolean_key("migrate", ZZZ_JOBS_AT(store.migrate)),
            boolean_key("pooled", ZZZ_JOBS_AT(store.pooled)),
            duration_key("lease", ZZZ_JOBS_AT(store.lease), {1s, 1h}),
            duration_key("look_interval", ZZZ_JOBS_AT(store.look_interval), {10ms, 1min}),
            duration_key("connect_timeout", ZZZ_JOBS_AT(store.connect_timeout), {1s, 10min}),
            duration_key("answer_timeout", ZZZ_JOBS_AT(store.answer_timeout), {10ms, 1h}),
            integer_key("capacity", ZZZ_JOBS_AT(store.capacity), {1, 100'000'000}),
          }};
}

} // namespace zzz_jobs::node::detail
