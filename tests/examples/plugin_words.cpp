// A plug-in of the zzz-jobs program: a shared object with handlers in C++. In the
// node's file:
//
//   [[plugin]]
//   path = "/usr/local/lib/zzz-jobs/plugin_words.so"
//
// then `zzz-jobs enqueue count_words '{"text":"to be or not to be"}'`.

#include <zzz_jobs/nodes/plugin.hpp>

#include <cstddef>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>

namespace {

struct Text {
  std::string text{};
  MSGPACK_DEFINE_MAP(text)
};

struct Word {
  std::string word{};
  std::size_t count = 0;
  MSGPACK_DEFINE_MAP(word, count)
};

std::map<std::string, std::size_t> words_of(const std::string& text) {
  std::map<std::string, std::size_t> counts;
  std::istringstream words{text};
  for (std::string word; words >> word;)
    ++counts[word];
  return counts;
}

} // namespace

ZZZ_JOBS_PLUGIN(host) {
  // Counts, and puts a job in for each word that occurs more than once.
  host.register_worker("count_words", [&host](const Text& args, zzz_jobs::JobContext& context) {
    if (args.text.empty())
      throw std::invalid_argument{"text must not be empty"};
    const auto counts = words_of(args.text);
    for (const auto& [word, count] : counts)
      if (count > 1)
        host.enqueue("report_word", Word{word, count}, {.unique_key = "word:" + word});
    context.result(std::to_string(counts.size()) + " different words");
  });
  host.register_worker("report_word", [&host](const Word& args, zzz_jobs::JobContext& context) {
    host.log(zzz_jobs::LogLevel::info, "word_repeated count=" + std::to_string(args.count));
    context.result(args.word + ": " + std::to_string(args.count));
  });
}
