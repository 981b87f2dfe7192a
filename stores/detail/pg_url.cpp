#include <zzz_jobs/stores/detail/pg_url.hpp>

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/stores/detail/pg_error.hpp>

#include <libpq-fe.h>

#include <array>
#include <memory>
#include <string_view>

namespace zzz_jobs::detail::pg {
namespace {

struct Default {
  const char* keyword;
  const char* value;
};
/// Where the user says nothing. A peer that vanished without a word is noticed
/// after some 30 s, one that does not acknowledge after 10 s.
constexpr std::array<Default, 5> defaults{{
  {"keepalives_idle", "15"},
  {"keepalives_interval", "5"},
  {"keepalives_count", "3"},
  {"tcp_user_timeout", "10000"},
  {"target_session_attrs", "read-write"},
}};

std::string quoted_value(std::string_view value) {
  std::string text = "'";
  for (const char byte : value) {
    if (byte == '\'' || byte == '\\')
      text += '\\';
    text += byte;
  }
  return text + "'";
}

} // namespace

std::vector<const char*> ConnectionSettings::keywords() const {
  std::vector<const char*> all;
  for (const auto& [keyword, value] : pairs_)
    all.push_back(keyword.c_str());
  all.push_back(nullptr);
  return all;
}

std::vector<const char*> ConnectionSettings::values() const {
  std::vector<const char*> all;
  for (const auto& [keyword, value] : pairs_)
    all.push_back(value.c_str());
  all.push_back(nullptr);
  return all;
}

std::string ConnectionSettings::as_string() const {
  std::string text;
  for (const auto& [keyword, value] : pairs_)
    text += keyword + "=" + quoted_value(value) + " ";
  return text;
}

ConnectionSettings connection_settings(const ConnectionWish& wish) {
  const auto free_options = [](PQconninfoOption* options) { PQconninfoFree(options); };
  char* problem = nullptr;
  const std::unique_ptr<PQconninfoOption, decltype(free_options)> options{
    PQconninfoParse(wish.url.c_str(), &problem), free_options};
  if (!options) {
    std::string text = problem != nullptr ? one_line(problem) : "out of memory";
    PQfreemem(problem);
    if (const auto place = text.find("\"" + wish.url + "\"");
        place != std::string::npos && wish.url.find("://") != std::string::npos)
      text.replace(place + 1, wish.url.size(), "..."); // it may hold a password
    throw Error{errc::invalid_argument, "store: url: " + text};
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [keyword, value] : defaults)
    pairs.emplace_back(keyword, value);
  pairs.emplace_back("connect_timeout", std::to_string(wish.timeout.count()));
  for (const auto* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) {
      std::erase_if(pairs, [&](const auto& pair) { return pair.first == option->keyword; });
      pairs.emplace_back(option->keyword, option->val);
    }
  const auto force = [&](const std::string& keyword, const std::string& value) {
    std::erase_if(pairs, [&](const auto& pair) { return pair.first == keyword; });
    pairs.emplace_back(keyword, value);
  };
  force("application_name", wish.application);
  force("client_encoding", "UTF8");
  return ConnectionSettings{std::move(pairs)};
}

} // namespace zzz_jobs::detail::pg
