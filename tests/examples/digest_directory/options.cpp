#include "examples/digest_directory/options.hpp"

#include <getopt.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <thread>

namespace digest_directory {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t concurrency_max = 10'000;

std::uint32_t concurrency_from(std::string_view text) {
  std::uint32_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stopped != end || number < 1 || number > concurrency_max)
    throw UsageError("--concurrency: must be 1.." + std::to_string(concurrency_max) + ", got \""
                     + std::string{text} + "\"");
  return number;
}

/// The same name for the same directory, as short as possible: jobs name their
/// files by it, and an interrupted run is recognised by it.
fs::path directory_from(const char* text) {
  std::error_code error;
  if (!fs::is_directory(text, error))
    throw UsageError(std::string{"DIR: \""} + text
                     + "\": " + (error ? error.message() : "Not a directory"));
  auto path = fs::absolute(text);
  const bool steps_up = std::find(path.begin(), path.end(), "..") != path.end();
  path = steps_up ? fs::canonical(path) : path.lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

fs::path database_from(const char* text) {
  if (*text == '\0')
    throw UsageError("--db: must name a file");
  return fs::absolute(text);
}

[[noreturn]] void refuse(int code, char** arguments) {
  const std::string argument = arguments[optind - 1];
  throw UsageError(code == ':' ? argument + ": needs a value" : argument + ": no such option");
}

Options parse_named(int count, char** arguments) {
  static const option known[] = {{"db", required_argument, nullptr, 'd'},
                                 {"concurrency", required_argument, nullptr, 'c'},
                                 {"help", no_argument, nullptr, 'h'},
                                 {nullptr, 0, nullptr, 0}};
  Options options;
  options.concurrency = std::max(2U, std::thread::hardware_concurrency());
  opterr = 0; // we say it ourselves
  for (int code = 0; (code = getopt_long(count, arguments, ":", known, nullptr)) != -1;) {
    switch (code) {
      case 'd': options.database = database_from(optarg); break;
      case 'c': options.concurrency = concurrency_from(optarg); break;
      case 'h': options.help = true; return options;
      default: refuse(code, arguments);
    }
  }
  return options;
}

} // namespace

const std::string_view usage_text =
  R"(usage: digest_directory DIR --db FILE [--concurrency N]

Computes bytes, lines, words and SHA-256 of every regular file under DIR, one
job a file, and keeps them in the column `result` of the table `zzz_jobs` in
the SQLite database FILE (made if absent). For `*.gz` lines and words are those
of the uncompressed text.

  --db FILE          where the jobs are
  --concurrency N    files read at once, 1 to 10000 (default: one per processor,
                     at least 2)
  --help             this text

A run that was interrupted, by Ctrl-C, kill -9 or power failure, goes on with
the same command. After one that was finished, the command begins a new one and
deletes the jobs of the last.

Ctrl-C (or SIGTERM) lets running jobs end, a second one puts them back into the
queue. Exit status: 0 finished (files that could not be read are listed) or
stopped by a signal, 1 failed, 2 wrong command line.
)";

Options parse_options(int count, char** arguments) {
  auto options = parse_named(count, arguments);
  if (options.help)
    return options;
  if (optind == count)
    throw UsageError("DIR is missing");
  if (optind + 1 < count)
    throw UsageError(std::string{"one DIR only, got also \""} + arguments[optind + 1] + "\"");
  if (options.database.empty())
    throw UsageError("--db FILE is missing");
  options.directory = directory_from(arguments[optind]);
  return options;
}

} // namespace digest_directory
