#include <zzz_jobs/nodes/workers/group_guard.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace zzz_jobs::node {
namespace {

/// More programs at once than anybody has; memory that is not used is not there.
constexpr std::size_t places = 65'536;

constexpr pid_t free_place = 0;
constexpr pid_t taken_place = -1; // no process yet

std::mutex instance_mutex;
std::shared_ptr<GroupGuard> instance;

[[noreturn]] void refuse(const char* call) {
  throw Error(errc::unavailable, std::string{call} + ": " + std::generic_category().message(errno));
}

} // namespace

struct GroupGuard::Table {
  std::array<std::atomic<pid_t>, places> groups{};
  std::atomic<std::size_t> next{0}; ///< where to look for a free place

  std::atomic<pid_t>* take() noexcept {
    for (std::size_t tries = 0; tries < places; ++tries) {
      auto& place = groups[next.fetch_add(1, std::memory_order_relaxed) % places];
      auto expected = free_place;
      if (place.compare_exchange_strong(expected, taken_place))
        return &place;
    }
    return nullptr;
  }
};

std::shared_ptr<GroupGuard> GroupGuard::of_this_process() {
  const std::lock_guard lock(instance_mutex);
  // After a fork the one that was there is another process's.
  if (!instance || instance->owner_ != getpid())
    instance = std::make_shared<GroupGuard>();
  return instance;
}

GroupGuard::GroupGuard() : owner_(getpid()) {
  static_assert(std::atomic<pid_t>::is_always_lock_free); // it is in two processes
  void* const memory =
    mmap(nullptr, sizeof(Table), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    refuse("mmap");
  // All zero as the system gives it, which is how it begins: to construct it would
  // take a page for each part of it.
  table_ = static_cast<Table*>(memory);
  auto pipe = make_pipe();
  const pid_t pid = fork();
  if (pid < 0) {
    munmap(memory, sizeof(Table));
    refuse("fork");
  }
  if (pid == 0)
    stand_guard(pipe.read_end.number());
  alive_ = std::move(pipe.write_end);
}

GroupGuard::~GroupGuard() {
  munmap(table_, sizeof(Table));
}

// In a copy of a process that had other threads: system calls only.
void GroupGuard::stand_guard(int alive) noexcept {
  sigset_t all{};
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr); // Ctrl-C and TERM are for the node
  setsid();
  prctl(PR_SET_NAME, "zzz-jobs.guard");
  dup2(alive, STDIN_FILENO);
  if (syscall(SYS_close_range, 1U, ~0U, 0U) != 0)
    for (int number = 1; number < 4096; ++number)
      ::close(number);
  fcntl(STDIN_FILENO, F_SETFL, 0); // no O_NONBLOCK
  char never = 0;
  while (read(STDIN_FILENO, &never, 1) < 0 && errno == EINTR) {
  }
  for (const auto& group : table_->groups)
    if (const pid_t number = group.load(); number > 1)
      kill(-number, SIGKILL);
  _exit(0);
}

GuardedGroup::GuardedGroup()
  : guard_(GroupGuard::of_this_process()), place_(guard_->table_->take()) {}

GuardedGroup::~GuardedGroup() {
  if (place_ != nullptr)
    place_->store(free_place);
}

} // namespace zzz_jobs::node
