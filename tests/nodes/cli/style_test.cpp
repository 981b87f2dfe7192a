#include <zzz_jobs/nodes/cli/style.hpp>
#include <zzz_jobs/nodes/cli/table.hpp>

#include "support/catch.hpp"

#include <sstream>

namespace {

using namespace zzz_jobs::node::cli;

TEST_CASE("text of others cannot command the terminal") {
  CHECK(printable("plain ünïcode €") == "plain ünïcode €");
  CHECK(printable("\x1b[2J\x07") == "\\x1b[2J\\x07");
  CHECK(printable("a\nb\tc\r") == "a\\nb\\tc\\r");
  CHECK(printable("\xc2\x9b"
                  "31m")
        == "\\xc2\\x9b31m");
  CHECK(printable("\xff\xc3") == "\\xff\\xc3");
  CHECK(printable("\x7f") == "\\x7f");
  CHECK(printable_lines("a\n\x1b") == "a\n\\x1b");
}

TEST_CASE("columns are counted in characters, colours in none") {
  CHECK(width_of("grün") == 4);
  CHECK(width_of("\x1b[32mok\x1b[0m") == 2);
  CHECK(shortened("grüner", 4) == "grü…");
  CHECK(shortened("grün", 4) == "grün");
  CHECK(shortened("grün", 0).empty());
}

TEST_CASE("a table is aligned, with colours and without") {
  const auto colours = GENERATE(false, true);
  const Style style{colours};
  Table table{{"NAME", ">COUNT", "NOTE"}};
  table.add({style.good("grün"), "1", "x"});
  table.add({"a longer one", "1,000"});
  std::ostringstream out;
  table.print(out, style);
  auto text = out.str();
  for (auto at = text.find('\x1b'); at != std::string::npos; at = text.find('\x1b'))
    text.erase(at, text.find('m', at) - at + 1);
  CHECK(text
        == "NAME          COUNT  NOTE\n"
           "grün              1  x\n"
           "a longer one  1,000\n");
  CHECK((out.str() != text) == colours);
}

} // namespace
