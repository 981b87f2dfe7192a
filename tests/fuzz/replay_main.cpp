// Runs a fuzz target over files that are kept, without libFuzzer: the folders
// or files named on the command line.

#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void replay(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  stream.exceptions(std::ios::badbit);
  const std::vector<char> bytes{std::istreambuf_iterator<char>{stream}, {}};
  const std::vector<std::uint8_t> input{bytes.begin(), bytes.end()};
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

int replay_all(int count, char** arguments) {
  int replayed = 0;
  for (int i = 1; i < count; ++i) {
    if (!std::filesystem::is_directory(arguments[i])) {
      replay(arguments[i]);
      ++replayed;
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator{arguments[i]}) {
      replay(entry.path());
      ++replayed;
    }
  }
  return replayed;
}

} // namespace

int main(int count, char** arguments) {
  try {
    const int replayed = replay_all(count, arguments);
    std::printf("%d inputs\n", replayed);
    return replayed > 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
