#include "nodes/workers/commands.hpp"
#include "support/catch.hpp"
#include "support/temp_folder.hpp"

#include <csignal>
#include <cstdlib>
#include <sstream>

#include <pthread.h>
#include <unistd.h>

namespace zzz_jobs::node {
namespace {

using support::has;
using namespace std::chrono_literals;

TEST_CASE("a command's exit with 0 completes the job, its output is the result",
          "[nodes][command]") {
  const auto done = run(shell("echo hello"));
  CHECK(done.completed());
  CHECK(done.result == "hello"); // without the line end that closes it
  CHECK(run(shell("printf 'a\\n\\n'")).result == "a\n");
  CHECK(run(shell("printf plain")).result == "plain");
  CHECK_FALSE(run(shell("exit 0")).result);
  CHECK_FALSE(run(shell("echo")).result);
}

TEST_CASE("a command gets its arguments at its standard input", "[nodes][command]") {
  CHECK(run(shell("cat"), R"({"path":"/etc/hostname"})").result == R"({"path":"/etc/hostname"})");
  CHECK_FALSE(run(shell("cat"), "").result);
  const std::string large(1'000'000, 'x');
  CHECK(run(shell("cat"), large).result == large);
  // Nobody has to read them.
  CHECK(run(shell("exec <&-; echo done"), large).result == "done");
}

TEST_CASE("a command is told the facts of its job", "[nodes][command]") {
  auto section = shell("env | grep ^ZZZ_JOB | sort");
  section.opts = {.queue = "films", .priority = -7, .max_attempts = 9, .timeout = 90s};
  const auto done = run(section, "{}",
                        {.attempt = 3,
                         .opts = {.unique_key = "film:7"},
                         .id = 42,
                         .inserted_at = UnixTime{1'700'000'000s}});
  CHECK(done.result
        == "ZZZ_JOB_ATTEMPT=3\nZZZ_JOB_ATTEMPTS_USED=3\nZZZ_JOB_ID=42\n"
           "ZZZ_JOB_INSERTED_AT=1700000000\nZZZ_JOB_MAX_ATTEMPTS=9\nZZZ_JOB_PRIORITY=-7\n"
           "ZZZ_JOB_QUEUE=films\nZZZ_JOB_TIMEOUT_S=90\nZZZ_JOB_UNIQUE_KEY=film:7\n"
           "ZZZ_JOB_WORKER=script");
}

TEST_CASE("other exits fail with the end of the standard error output", "[nodes][command]") {
  const auto failed = run(shell("echo out; echo 'no such film' >&2; exit 3"));
  CHECK(failed.outcome == OutcomeKind::fail);
  CHECK(failed.error == "exit status 3: no such film");
  CHECK_FALSE(failed.result);
  CHECK(run(shell("exit 1")).error == "exit status 1");
  CHECK(run(shell("kill -9 $$")).error == "ended by signal 9 (KILL)");
  CHECK(run(shell("echo oops >&2; kill -SEGV $$")).error == "ended by signal 11 (SEGV): oops");
}

TEST_CASE("of a long error output the end is kept, as valid text", "[nodes][command]") {
  const auto limits = Limits{.error_text_bytes_max = 1000};
  const auto error =
    run(shell("yes ä | head -n 100000 >&2; echo last words >&2; exit 1"), {}, {.limits = limits})
      .error;
  CHECK(error.size() <= limits.error_text_bytes_max);
  CHECK(error.size() >= 700);
  CHECK_THAT(error, has("exit status 1: ["));
  CHECK_THAT(error, has(" bytes missing] "));
  CHECK_THAT(error, has("ä\nlast words"));
  CHECK_NOTHROW(check_text("error", error, 1000));

  CHECK(run(shell("printf 'a\\377b\\000c' >&2; exit 1")).error
        == "exit status 1: a\xEF\xBF\xBD"
           "b\xEF\xBF\xBD"
           "c");
}

TEST_CASE("exit status 75 runs the job again later", "[nodes][command]") {
  auto section = shell("exit 75");
  section.snooze = 123s;
  const auto later = run(section);
  CHECK(later.outcome == OutcomeKind::snooze);
  CHECK(later.delay == 123s);
  const auto sooner = run(shell("echo snooze 30 >&3; exit 75"));
  CHECK(sooner.outcome == OutcomeKind::snooze);
  CHECK(sooner.delay == 30s);
}

TEST_CASE("an output that no result may be fails the attempt", "[nodes][command]") {
  const auto limits = Limits{.result_bytes_max = 1000};
  const testing::RunOptions options{.limits = limits};
  CHECK(run(shell("head -c 1000 /dev/zero | tr '\\0' x; echo"), {}, options).result->size()
        == 1000);
  CHECK(run(shell("head -c 1001 /dev/zero | tr '\\0' x"), {}, options).error
        == "standard output (the job's result): must be at most 1000 bytes, got 1001");
  CHECK_THAT(
    run(shell("head -c 1000 /dev/zero | tr '\\0' x; echo; printf more"), {}, options).error,
    has("standard output (the job's result): must be at most 1000 bytes"));
  // One that would never end is stopped.
  CHECK_THAT(run(shell("yes"), {}, options).error,
             has("must be at most 1000 bytes; the program was stopped: "));
  CHECK_THAT(run(shell("printf 'a\\377'")).error, has("must be valid UTF-8 (at byte 1)"));
  CHECK_THAT(run(shell("printf 'a\\000'")).error, has("must not contain NUL"));
}

TEST_CASE("descriptor 3 takes progress and ends", "[nodes][command]") {
  const auto done = run(shell("echo progress 40 half of it >&3; printf 'progress 90' >&3"));
  CHECK(done.completed());
  REQUIRE(done.progress);
  CHECK(done.progress->percent == 90);

  const auto cancelled = run(shell("echo cancel not wanted >&3"));
  CHECK(cancelled.state == JobState::cancelled);
  CHECK(cancelled.error == "not wanted");
  const auto discarded = run(shell("echo cancel x >&3; echo discard no such user >&3"));
  CHECK(discarded.state == JobState::discarded);
  CHECK(discarded.error == "no such user");
  CHECK(run(shell("echo snooze 5 >&3")).outcome == OutcomeKind::snooze);
  // What fails has failed, whatever it said before.
  CHECK(run(shell("echo cancel x >&3; exit 1")).outcome == OutcomeKind::fail);
}

TEST_CASE("a line on descriptor 3 that says nothing fails the attempt", "[nodes][command]") {
  CHECK(run(shell("echo progress 1 >&3; echo cancle it >&3")).error
        == "descriptor 3, line 2: must begin with progress, snooze, cancel or discard, got "
           "\"cancle\"");
  CHECK(run(shell("echo progress half >&3")).error
        == "descriptor 3, line 1: progress must be a whole number, got \"half\"");
  CHECK(run(shell("echo progress 101 >&3")).error
        == "descriptor 3, line 1: progress must be 0 to 100, got 101");
  CHECK_THAT(run(shell("echo snooze -1 >&3")).error, has("delay must be 0 s to 100 years"));
  CHECK_THAT(run(shell("echo snooze 99999999999999999999 >&3")).error,
             has("snooze must be a whole number"));
  CHECK_THAT(run(shell("head -c 1000000 /dev/zero | tr '\\0' x >&3")).error,
             has("a line must have at most 8192 bytes"));
}

TEST_CASE("a command has no descriptors and no signal state of the node", "[nodes][command]") {
  // Without O_CLOEXEC, as a careless library opens them.
  const int careless = dup(STDERR_FILENO);
  struct sigaction ignore {};
  struct sigaction before {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &before);
  sigset_t blocked{};
  sigset_t mask_before{};
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &blocked, &mask_before);
  const auto seen = run(shell("ls /proc/$$/fd; exec grep -E '^Sig(Blk|Ign)' /proc/self/status"));
  sigset_t mask_after{};
  pthread_sigmask(SIG_SETMASK, &mask_before, &mask_after);
  sigaction(SIGPIPE, &before, nullptr);
  close(careless);

  REQUIRE(seen.result);
  CHECK(seen.result->rfind("0\n1\n2\n3\nSig", 0) == 0);
  CHECK_THAT(*seen.result, has("SigBlk:\t0000000000000000\n"));
  CHECK_THAT(*seen.result, has("SigIgn:\t0000000000000000"));
  CHECK(sigismember(&mask_after, SIGUSR1) == 1); // ours is as it was
}

TEST_CASE("a command has no terminal, and leads a process group of its own", "[nodes][command]") {
  CHECK(run(shell("(: </dev/tty) 2>/dev/null || echo none")).result == "none");
  const auto seen = run(shell("echo $$ $(cut -d' ' -f5 /proc/$$/stat)"));
  REQUIRE(seen.result);
  std::istringstream words{*seen.result};
  pid_t pid = 0;
  pid_t group = 0;
  words >> pid >> group;
  CHECK(pid == group);
  CHECK(group != getpgrp());
}

TEST_CASE("a command has the node's environment but for what is the node's own",
          "[nodes][command]") {
  setenv("ZZZ_JOBS_STORE_URL", "postgresql://user:secret@host/db", 1);
  setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
  setenv("ZZZ_TEST_COLOUR", "red", 1);
  setenv("ZZZ_TEST_SIZE", "large", 1);
  setenv("ZZZ_TEST_URL", "postgresql://user:secret@host/db", 1);
  setenv("ZZZ_TEST_URL_2", "plain", 1);
  auto section = shell("env");
  section.environment = {{"ZZZ_TEST_COLOUR", "blue"}, {"ZZZ_TEST_NEW", "a=b c"}};
  section.withheld = {"ZZZ_TEST_URL"};
  const auto seen = run(section);
  for (const char* name : {"ZZZ_JOBS_STORE_URL", "NOTIFY_SOCKET", "ZZZ_TEST_COLOUR",
                           "ZZZ_TEST_SIZE", "ZZZ_TEST_URL", "ZZZ_TEST_URL_2"})
    unsetenv(name);
  REQUIRE(seen.result);
  CHECK_THAT(*seen.result, has("ZZZ_TEST_COLOUR=blue\n"));
  CHECK_THAT(*seen.result, has("ZZZ_TEST_NEW=a=b c\n"));
  CHECK_THAT(*seen.result, has("ZZZ_TEST_SIZE=large\n"));
  CHECK_THAT(*seen.result, !has("red"));
  CHECK_THAT(*seen.result, !has("secret"));
  CHECK_THAT(*seen.result, !has("NOTIFY_SOCKET"));
  CHECK_THAT(*seen.result, has("ZZZ_TEST_URL_2=plain"));
}

TEST_CASE("a command runs in its directory", "[nodes][command]") {
  const support::TempFolder folder;
  auto section = shell("pwd -P");
  section.directory = folder.path();
  CHECK(run(section).result == std::filesystem::canonical(folder.path()).string());
}

} // namespace
} // namespace zzz_jobs::node
