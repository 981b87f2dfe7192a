#include "cluster/checker.hpp"
#include "cluster/ledger.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <fstream>
#include <sstream>

using namespace zzz_jobs;
using namespace zzz_jobs::cluster;
using support::has;

namespace {

/// A ledger as it would stand in the file, without times: each line has the next.
std::vector<Entry> ledger(const std::string& text) {
  std::istringstream lines{text};
  std::vector<Entry> entries;
  for (std::string line; std::getline(lines, line);)
    entries.push_back(
      parse_line(line + " time=" + std::to_string(1'000'000 * (entries.size() + 1))));
  return entries;
}

Row completed_row(std::int64_t id, const std::string& payload, std::int32_t attempt = 1) {
  return {.id = id,
          .state = JobState::completed,
          .attempt = attempt,
          .has_completed_at = true,
          .payload = payload};
}

const std::string acknowledged = "acknowledged job=1 payload=a pid=9\n";
const std::string first_run = "started job=1 attempt=1 payload=a pid=7\n"
                              "ended job=1 attempt=1 payload=a how=returned pid=7\n";
const std::string second_run = "started job=1 attempt=2 payload=a pid=8\n"
                               "ended job=1 attempt=2 payload=a how=returned pid=8\n";
const std::string first_accepted = "completed job=1 attempt=1 pid=7\n";
const std::string second_accepted = "completed job=1 attempt=2 pid=8\n";

/// All that is wrong, in one text.
std::string problems(const std::string& lines, const std::vector<Row>& table) {
  std::string text;
  for (const auto& problem : check(ledger(lines), table).problems)
    text += problem + '\n';
  return text;
}

} // namespace

TEST_CASE("a ledger's line is read as it was written") {
  const Entry entry{.kind = Kind::ended,
                    .job = 12,
                    .attempt = 3,
                    .payload = "a-7",
                    .how = "returned",
                    .pid = 4711,
                    .time_us = 1'764'000'000'000'000};
  CHECK(to_line(entry)
        == "ended job=12 attempt=3 payload=a-7 how=returned pid=4711 time=1764000000000000");
  CHECK(parse_line(to_line(entry)) == entry);
}

TEST_CASE("a line that is not whole is refused by name") {
  for (const std::string line :
       {"", "begun job=1 pid=1 time=1", "ended job=x pid=1 time=1", "ended job=1 pid=1",
        "started job=1 atstarted job=2 attempt=1 pid=1 time=1"}) {
    INFO(line);
    CHECK_THROWS_WITH(parse_line(line), has(line) && has("ledger: "));
  }
}

TEST_CASE("a ledger is read while it grows, whole lines only") {
  const support::TempFolder folder;
  const auto file = folder.path() / "ledger";
  Ledger writer{file};
  LedgerReader reader{file};
  CHECK(reader.read().empty());
  writer.write({.kind = Kind::ready});
  REQUIRE(reader.read().size() == 1);
  CHECK(reader.read().front().pid == getpid());
  std::ofstream{file, std::ios::app} << "killed pid=7 ";
  CHECK(reader.read().size() == 1);
  std::ofstream{file, std::ios::app} << "time=5\n";
  REQUIRE(reader.read().size() == 2);
  CHECK(reader.read().back() == Entry{.kind = Kind::killed, .pid = 7, .time_us = 5});
}

TEST_CASE("the checker accepts jobs that ran once and were completed once") {
  const auto verdict =
    check(ledger(acknowledged + first_run + first_accepted), {completed_row(1, "a")});
  CHECK(verdict.is_good());
  CHECK(verdict.acknowledged == 1);
  CHECK(verdict.executions == 1);
  CHECK_THAT(verdict.text(), has("good: 1 acknowledged"));
}

TEST_CASE("the checker accepts a completion that nobody lived to note") {
  CHECK(problems(acknowledged + first_run + "killed pid=7\n", {completed_row(1, "a")}).empty());
}

TEST_CASE("the checker accepts repetitions that have a reason") {
  const auto accepted = [](const std::string& first, const std::string& after = "") {
    return problems(acknowledged + first + second_run + second_accepted + after,
                    {completed_row(1, "a", 2)})
      .empty();
  };
  const std::string begin = "started job=1 attempt=1 payload=a pid=7\n";
  CHECK(accepted(begin + "ended job=1 attempt=1 payload=a how=failed pid=7\n"));
  CHECK(accepted(begin + "ended job=1 attempt=1 payload=a how=snoozed pid=7\n"));
  CHECK(accepted(begin + "ended job=1 attempt=1 payload=a how=shutdown pid=7\n"));
  CHECK(accepted(begin + "killed pid=7\n"));
  CHECK(
    check(ledger(acknowledged + begin + "killed pid=7\n" + second_run), {completed_row(1, "a", 2)})
      .interrupted
    == 1);
  CHECK(accepted(first_run + "killed pid=7\n"));
  CHECK(accepted(begin + "suspended pid=7\n",
                 "resumed pid=7\nended job=1 attempt=1 payload=a how=lost_claim pid=7\n"
                 "refused job=1 attempt=1 pid=7\n"));
}

TEST_CASE("the checker knows what a guest loses with its gateway") {
  const std::string guest = "ready how=guest pid=7\n";
  const std::string gateway = "ready how=gateway pid=6\n";
  const std::string begin = "started job=1 attempt=1 payload=a pid=7\n";
  const auto found = [](const std::string& before) {
    return problems(acknowledged + before + second_run + second_accepted,
                    {completed_row(1, "a", 2)});
  };
  CHECK(found(guest + gateway + begin + "killed pid=6\n").empty());
  CHECK(found(guest + gateway + begin + "suspended pid=6\n").empty());
  CHECK(found(guest + gateway + begin + "cut pid=6\njoined pid=6\n").empty());
  CHECK(found(guest + gateway + "cut pid=7\n" + begin).empty());
  const auto without_reason = has("ran again without a reason");
  CHECK_THAT(found(guest + gateway + begin), without_reason);
  CHECK_THAT(found(gateway + begin + "killed pid=6\n"), without_reason); // it is no guest
  CHECK_THAT(found(guest + begin + "killed pid=6\n"), without_reason);   // nor that a gateway
  // It was over and reported long before.
  const std::string pause = "ready pid=9\n";
  CHECK_THAT(
    found(guest + gateway + first_run + pause + pause + pause + pause + pause + "killed pid=6\n"),
    without_reason);
}

TEST_CASE("the checker knows when a process was away") {
  const std::string begin = "started job=1 attempt=1 payload=a pid=7\n";
  const std::string pause = "ready pid=9\n";
  const auto found = [](const std::string& before) {
    return problems(acknowledged + before + second_run + second_accepted,
                    {completed_row(1, "a", 2)});
  };
  CHECK(found(begin + "cut pid=7\njoined pid=7\n").empty());
  CHECK(found("cut pid=7\njoined pid=7\n" + begin).empty());
  const auto without_reason = has("ran again without a reason");
  // It had been back for long.
  CHECK_THAT(
    found("cut pid=7\njoined pid=7\n" + pause + pause + pause + pause + pause + pause + begin),
    without_reason);
  // It is suspended only long after.
  CHECK_THAT(found(first_run + pause + pause + pause + pause + pause + "suspended pid=7\n"),
             without_reason);
}

TEST_CASE("the checker finds a job that was acknowledged and lost") {
  const auto found = problems(acknowledged, {});
  CHECK_THAT(found, has("payload a: was acknowledged as job 1 and is lost"));
  CHECK_THAT(found, has("acknowledged job=1 payload=a"));
}

TEST_CASE("the checker finds a job that is not completed") {
  auto row = completed_row(1, "a");
  row.state = JobState::executing;
  row.has_completed_at = false;
  CHECK_THAT(problems(acknowledged + first_run, {row}),
             has("job 1: is not completed but executing") && has("row 1 state=executing"));
}

TEST_CASE("the checker finds a completion of what did not run to its end") {
  CHECK_THAT(problems(acknowledged, {completed_row(1, "a")}),
             has("completed as attempt 1, which did not run to its end"));
  CHECK_THAT(problems(acknowledged + "started job=1 attempt=1 payload=a pid=7\n"
                        + "ended job=1 attempt=1 payload=a how=failed pid=7\n",
                      {completed_row(1, "a")}),
             has("which did not run to its end"));
}

TEST_CASE("the checker finds an attempt that started twice") {
  CHECK_THAT(problems(acknowledged + first_run + first_accepted
                        + "started job=1 attempt=1 payload=a pid=8\n",
                      {completed_row(1, "a")}),
             has("job 1: attempt 1 started more than once") && has("pid=8"));
}

TEST_CASE("the checker finds a repetition without a reason") {
  const std::vector<Row> table{completed_row(1, "a", 2)};
  const auto without_reason = has("job 1: ran again without a reason after attempt 1");
  CHECK_THAT(problems(acknowledged + first_run + second_run + second_accepted, table),
             without_reason);
  // A living owner's claim was taken from it.
  CHECK_THAT(problems(acknowledged + "started job=1 attempt=1 payload=a pid=7\n"
                        + "ended job=1 attempt=1 payload=a how=lost_claim pid=7\n" + second_run
                        + second_accepted,
                      table),
             without_reason);
  // The process was killed, but the attempt was over and accepted before.
  CHECK_THAT(
    problems(acknowledged + first_run + first_accepted + "killed pid=7\n" + second_run, table),
    without_reason);
  // The process was killed, but the claim had been taken from it before.
  CHECK_THAT(problems(acknowledged + first_run + "refused job=1 attempt=1 pid=7\nkilled pid=7\n"
                        + second_run + second_accepted,
                      table),
             without_reason);
  // The process was killed long after, and had reported what ended later.
  const std::string pause = "ready pid=9\n";
  const std::string later = "started job=2 attempt=1 payload=b pid=7\n"
                            "ended job=2 attempt=1 payload=b how=returned pid=7\n"
                            "completed job=2 attempt=1 pid=7\nkilled pid=7\n";
  const std::vector<Row> two{completed_row(1, "a", 2), completed_row(2, "b")};
  const auto with_b = acknowledged + "acknowledged job=2 payload=b pid=9\n" + first_run;
  CHECK_THAT(
    problems(with_b + pause + pause + pause + pause + later + second_run + second_accepted, two),
    without_reason);
  CHECK(problems(with_b + later + second_run + second_accepted, two).empty());
  // Another one was killed.
  CHECK_THAT(
    problems(acknowledged + first_run + "killed pid=6\n" + second_run + second_accepted, table),
    without_reason);
}

TEST_CASE("the checker finds a job that two executions completed") {
  const auto both = acknowledged + "started job=1 attempt=1 payload=a pid=7\n" + "suspended pid=7\n"
    + second_run + second_accepted + "resumed pid=7\n"
    + "ended job=1 attempt=1 payload=a how=returned pid=7\n" + first_accepted;
  CHECK_THAT(problems(both, {completed_row(1, "a", 2)}),
             has("job 1: was completed by 2 executions")
               && has("the completion of attempt 1 was accepted"));
  CHECK_THAT(
    problems(acknowledged + first_run + first_accepted + first_accepted, {completed_row(1, "a")}),
    has("attempt 1 was completed twice"));
}

TEST_CASE("the checker finds a payload in two rows") {
  const auto lines = acknowledged + first_run + first_accepted
    + "started job=2 attempt=1 payload=a pid=8\n"
    + "ended job=2 attempt=1 payload=a how=returned pid=8\n";
  CHECK_THAT(problems(lines, {completed_row(1, "a"), completed_row(2, "a")}),
             has("payload a: is in 2 rows") && has("started job=2"));
}

TEST_CASE("the checker finds a row that nobody was told of, unless it was in doubt") {
  const std::vector<Row> table{completed_row(1, "a")};
  CHECK_THAT(problems(first_run + first_accepted, table), has("nobody was told so"));
  CHECK(problems("doubt payload=a pid=9\n" + first_run + first_accepted, table).empty());
  CHECK(problems("doubt payload=a pid=9\n", {}).empty());
}

TEST_CASE("the verdict shows ten problems and counts the others") {
  std::string lines;
  for (int i = 1; i <= 12; ++i)
    lines +=
      "acknowledged job=" + std::to_string(i) + " payload=p" + std::to_string(i) + " pid=9\n";
  const auto text = check(ledger(lines), {}).text();
  CHECK_THAT(text, has("BAD: 12 acknowledged") && has("12 problems") && has("and 2 more"));
}
