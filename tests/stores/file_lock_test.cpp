#include "support/catch.hpp"
#include "support/other_user.hpp"

#include <zzz_jobs/config/errc.hpp>
#include <zzz_jobs/stores/file_lock.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <regex>
#include <string>
#include <tuple>

using namespace zzz_jobs;

namespace {

/// A file to lock, in a folder of its own.
struct Lockable {
  Lockable() {
    std::string name = (std::filesystem::temp_directory_path() / "zzz_jobs_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder = name;
  }
  Lockable(const Lockable&) = delete;
  Lockable& operator=(const Lockable&) = delete;
  ~Lockable() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  [[nodiscard]] FileLock lock() const { return {folder / "jobs.db", "jobs.db"}; }
  /// Why it cannot be locked; empty if it can.
  [[nodiscard]] std::string refusal() const {
    try {
      static_cast<void>(lock());
    } catch (const Error& error) {
      CHECK(error.code() == errc::locked);
      return error.what();
    }
    return "";
  }
  std::filesystem::path folder{};
};

} // namespace

TEST_CASE("a lock that is held says who holds it", "[file_lock]") {
  const Lockable file;
  const auto lock = file.lock();
  const std::regex expected{"store \"jobs\\.db\" is in use by process " + std::to_string(getpid())
                            + R"( \([^)]+\) on host \S+ since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ;)"
                              " stop it or use another file"};
  const auto text = file.refusal();
  INFO(text);
  CHECK(std::regex_match(text, expected));
}

TEST_CASE("a lock is free after its end, and moves with its object", "[file_lock]") {
  const Lockable file;
  {
    auto first = file.lock();
    const auto second = std::move(first);
    CHECK_FALSE(file.refusal().empty());
  }
  CHECK(file.refusal().empty());
}

TEST_CASE("the lock of a process that was killed is free", "[file_lock]") {
  const Lockable file;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const FileLock lock{file.folder / "jobs.db", "jobs.db"};
    std::ignore = write(ends[1], "x", 1);
    for (;;)
      pause();
  }
  char ready = 0;
  REQUIRE(read(ends[0], &ready, 1) == 1);
  const auto text = file.refusal();
  CHECK(text.find("process " + std::to_string(child) + " ") != std::string::npos);
  kill(child, SIGKILL);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK(file.refusal().empty());
  close(ends[0]);
  close(ends[1]);
}

TEST_CASE("a program started meanwhile does not hold the lock", "[file_lock]") {
  const Lockable file;
  std::optional<FileLock> lock{file.lock()};
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    dup2(ends[0], STDIN_FILENO);
    close(ends[1]);
    execlp("cat", "cat", static_cast<char*>(nullptr)); // lives until its input ends
    _exit(127);
  }
  close(ends[0]);
  // The kernel closes the descriptor at exec; wait for that to have happened.
  const auto program = std::filesystem::path{"/proc"} / std::to_string(child) / "comm";
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  std::string name;
  while (name != "cat" && std::chrono::steady_clock::now() < deadline)
    std::getline(std::ifstream{program}, name);
  REQUIRE(name == "cat");
  lock.reset();
  CHECK(file.refusal().empty());
  close(ends[1]);
  REQUIRE(waitpid(child, nullptr, 0) == child);
}

TEST_CASE("an empty or strange lock file that is locked is described without details",
          "[file_lock]") {
  const Lockable file;
  const auto lock = file.lock();
  std::ofstream{file.folder / "jobs.db.lock"} << "?";
  CHECK(file.refusal()
        == "store \"jobs.db\" is in use by another process; stop it or use another file");
}

TEST_CASE("a lock file that this user may not use is not tried again in vain", "[file_lock]") {
  const Lockable file;
  const auto path = file.folder / "jobs.db.lock";
  std::ofstream{path} << "";
  std::filesystem::permissions(path, std::filesystem::perms::none);
  std::filesystem::permissions(file.folder,
                               std::filesystem::perms::all); // whose it is, is not the point
  support::as_ordinary_user([&] {
    try {
      const FileLock lock{file.folder / "jobs.db", "jobs.db"};
      FAIL_CHECK("it was locked");
    } catch (const Error& error) {
      CHECK(error.code() == errc::not_allowed);
      CHECK(std::string{error.what()}.find("writable for user") != std::string::npos);
    }
  });
}

TEST_CASE("a lock file that cannot be made is an error that names it", "[file_lock]") {
  const Lockable file;
  try {
    const FileLock lock{file.folder / "missing" / "jobs.db", "missing/jobs.db"};
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == errc::unavailable);
    CHECK(std::string{error.what()}.find("missing/jobs.db.lock") != std::string::npos);
  }
}
