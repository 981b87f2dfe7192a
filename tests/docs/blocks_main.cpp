// Runs one block of the pages: `docs_blocks NUMBER`.

#include "docs/blocks.hpp"

#include <exception>

int main(int argc, char** argv) {
  try {
    for (const auto& block : docs::all_blocks)
      if (argc == 2 && std::string_view{argv[1]} == block.number) {
        block.run();
        return 0;
      }
    std::fputs("docs_blocks: there is no such block\n", stderr);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "docs_blocks: the block threw: %s\n", error.what());
    return 1;
  }
}
