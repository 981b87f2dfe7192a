#include <zzz_jobs/config/node/origin.hpp>

#include <utility>

namespace zzz_jobs::node {
namespace {

/// Names come from files and variables: what would steer a terminal is a dot here.
std::string printable(std::string text) {
  for (auto& byte : text)
    if (static_cast<unsigned char>(byte) < ' ' || byte == '\x7F')
      byte = '.';
  return text;
}

} // namespace

std::string text_of(const Origin& origin) {
  switch (origin.source) {
    case Origin::Source::standard: return "default";
    case Origin::Source::file:
      return origin.line > 0 ? origin.name + ":" + std::to_string(origin.line) : origin.name;
    case Origin::Source::environment: return origin.name;
    case Origin::Source::flag: return "flag " + origin.name;
  }
  return origin.name;
}

std::string text_of(const ConfigProblem& problem) {
  std::string text;
  if (problem.origin.source != Origin::Source::standard)
    text += text_of(problem.origin) + ": ";
  if (!problem.key.empty() && problem.key != problem.origin.name)
    text += problem.key + ": ";
  text += problem.rule;
  if (!problem.nearest.empty())
    text += "; did you mean \"" + problem.nearest + "\"?";
  return printable(std::move(text));
}

} // namespace zzz_jobs::node
