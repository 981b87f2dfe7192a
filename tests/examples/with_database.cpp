// with_database COMMAND [ARGUMENT...]: runs COMMAND on an empty PostgreSQL database,
// whose URL it gets as DATABASE_URL and which is gone afterwards. For the tests of
// programs that know nothing of tests.

#include "support/postgres_fresh.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <system_error>

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

/// Its exit status; one that a signal ended has failed.
int run(char** command) {
  const auto child = fork();
  if (child < 0)
    fail("fork");
  if (child == 0) {
    execvp(command[0], command);
    std::perror(command[0]);
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      fail("waitpid");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

} // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) {
      std::fputs("with_database: which command?\n", stderr);
      return 2;
    }
    const zzz_jobs::support::FreshDatabase database;
    setenv("DATABASE_URL", database.url().c_str(), 1);
    return run(argv + 1);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "with_database: %s\n", error.what());
    return 1;
  }
}
