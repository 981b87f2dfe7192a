// [[cron]]

#include <zzz_jobs/config/cron_expr.hpp>
#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/config/node/detail/job_keys.hpp>
#include <zzz_jobs/config/node/detail/key_makers.hpp>

#include <algorithm>

namespace zzz_jobs::node::detail {
namespace {

Rule expression_rule(const std::string& text) {
  try {
    (void)CronExpr::parse(text);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

Rule zone_rule(const std::string& zone) {
  try {
    (void)CronExpr::parse("@hourly").next_after(system_clock()->now(), zone);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

/// A text is taken as it is; what is none becomes JSON.
Rule read_args(const Value& value, NodeConfig& config, CronSection& cron) {
  const auto* text = value.get<std::string>();
  if (!has_json(value))
    return "must hold no infinite number, which JSON has not";
  auto args = text != nullptr ? *text : json_of(value);
  if (auto rule = args.empty() ? Rule{} : text_rule(args, config.limits.args_bytes_max);
      !rule.empty())
    return rule;
  cron.args = std::move(args);
  return {};
}

Key args_key() {
  return {.facts = {.name = "args",
                    .type = "text, or anything: as JSON",
                    .range = "at most args_bytes_max bytes"},
          .read = [](const Value& value, NodeConfig& config,
                     std::size_t index) { return read_args(value, config, config.crons[index]); },
          .show =
            [](const NodeConfig& config, std::size_t index) {
              const auto& args = config.crons[index].args;
              return args.empty() ? Value{} : Value{.data = args};
            }};
}

Key unique_key_key() {
  auto key = text_key("unique_key", ZZZ_JOBS_AT(crons[index].opts.unique_key), 1024);
  key.facts.range = "1 to unique_key_bytes_max bytes";
  key.read = [](const Value& value, NodeConfig& config, std::size_t index) {
    std::string text;
    auto rule = read_text(value, config.limits.unique_key_bytes_max, text);
    if (rule.empty())
      config.crons[index].opts.unique_key = std::move(text);
    return rule;
  };
  return key;
}

} // namespace

Section cron_section() {
  Section section{
    .name = "cron",
    .many = true,
    .keys = {required(text_key("name", ZZZ_JOBS_AT(crons[index].name))),
             required(
               text_key("expression", ZZZ_JOBS_AT(crons[index].expression), 1024, expression_rule)),
             required(text_key("worker", ZZZ_JOBS_AT(crons[index].worker))), args_key()},
    .count = [](const NodeConfig& config) { return config.crons.size(); },
    .add = [](NodeConfig& config) { config.crons.emplace_back(); },
    .name_of = [](const NodeConfig& config, std::size_t index) { return config.crons[index].name; },
  };
  std::ranges::move(job_keys(ZZZ_JOBS_AT(crons[index].opts)), std::back_inserter(section.keys));
  section.keys.push_back(unique_key_key());
  section.keys.push_back(text_key("zone", ZZZ_JOBS_AT(crons[index].zone), 255, zone_rule));
  section.keys.push_back(choice_key("missed", ZZZ_JOBS_AT(crons[index].missed),
                                    {{"skip", "skip"}, {"latest", "latest"}, {"all", "all"}}));
  return section;
}

} // namespace zzz_jobs::node::detail
