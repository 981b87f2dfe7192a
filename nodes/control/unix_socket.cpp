#include <zzz_jobs/nodes/control/unix_socket.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace zzz_jobs::node::control {
namespace {

std::string about(const std::filesystem::path& path) {
  return "control socket " + path.string() + ": ";
}

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& doing, int error) {
  throw Error(errc::unavailable,
              about(path) + doing + ": " + std::generic_category().message(error));
}

/// Whose it is, for who may not use it.
[[noreturn]] void not_ours(const std::filesystem::path& path, const std::string& doing) {
  struct stat facts {};
  const auto owner = ::lstat(path.c_str(), &facts) == 0
    ? "it belongs to user " + std::to_string(facts.st_uid)
    : "its folder is another user's";
  throw Error(errc::not_allowed,
              about(path) + doing + ": Permission denied; " + owner + " and this is user "
                + std::to_string(::geteuid()));
}

bool stands_as_socket(const std::filesystem::path& path) {
  struct stat facts {};
  return ::lstat(path.c_str(), &facts) == 0 && S_ISSOCK(facts.st_mode);
}

[[noreturn]] void already_there(const std::filesystem::path& path, const std::string& who) {
  throw Error(errc::locked,
              about(path) + who + "; is this node running already? Else give control.socket"
                + " another path");
}

/// An address holds 107 bytes; the folder's own descriptor makes a longer path short.
struct Address {
  explicit Address(const std::filesystem::path& path) {
    auto text = path.string();
    if (text.size() >= sizeof(name.sun_path)) {
      const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
      folder = Fd(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
      if (!folder)
        fail(path, "cannot open its folder", errno);
      text = "/proc/self/fd/" + std::to_string(folder.get()) + "/" + path.filename().string();
    }
    if (text.size() >= sizeof(name.sun_path))
      fail(path, "its file name is too long", ENAMETOOLONG);
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, text.c_str(), text.size() + 1);
  }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&name); }

  Fd folder{}; ///< open while the address is used
  sockaddr_un name{};
};

Fd new_socket(const std::filesystem::path& path) {
  Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket)
    fail(path, "cannot make a socket", errno);
  return socket;
}

int try_connect(const Fd& socket, const Address& address) {
  return ::connect(socket.get(), address.get(), sizeof(address.name)) == 0 ? 0 : errno;
}

/// Takes away what a process has left that ended without doing so. Who has the lock is
/// alone here, but for programs that know nothing of it.
void remove_dead(const std::filesystem::path& path, const Address& address) {
  if (!stands_as_socket(path)) // a file of another kind is not ours to remove
    throw Error(errc::unavailable,
                about(path) + "cannot listen: there is a file that is no socket; remove it, or "
                  + "give control.socket another path");
  const auto probe = new_socket(path);
  switch (const int error = try_connect(probe, address)) {
    case ECONNREFUSED: ::unlink(path.c_str()); return;
    case 0: already_there(path, "another process answers there");
    case EAGAIN: already_there(path, "another process listens there, and is busy");
    case ENOENT: return; // it has just gone
    case EACCES:
    case EPERM: not_ours(path, "cannot listen");
    default: fail(path, "cannot see whether it is a dead process's", error);
  }
}

/// Goes with the process, however that ends.
Fd lock_beside(const std::filesystem::path& path) {
  const auto file = path.string() + ".lock";
  Fd lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!lock && (errno == EACCES || errno == EPERM))
    not_ours(file, "cannot open");
  if (!lock)
    fail(file, "cannot open", errno);
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      already_there(path, "another process has the lock on \"" + file + "\"");
    if (errno != EINTR)
      fail(file, "cannot lock", errno);
  }
  return lock;
}

} // namespace

Listening listen_at(const std::filesystem::path& path) {
  auto lock = lock_beside(path);
  auto socket = new_socket(path);
  const Address address(path);
  const auto bind_it = [&] {
    return ::bind(socket.get(), address.get(), sizeof(address.name)) == 0 ? 0 : errno;
  };
  int error = bind_it();
  if (error == EADDRINUSE) {
    remove_dead(path, address);
    error = bind_it();
  }
  if (error != 0)
    fail(path, "cannot listen", error);
  // Nobody can connect before listen, so nobody could before this.
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0)
    fail(path, "cannot set its mode", errno);
  constexpr int waiting_max = 64;
  if (::listen(socket.get(), waiting_max) != 0)
    fail(path, "cannot listen", errno);
  return {std::move(lock), std::move(socket)};
}

Fd connect_to(const std::filesystem::path& path) {
  auto socket = new_socket(path);
  const Address address(path);
  switch (const int error = try_connect(socket, address)) {
    case 0: return socket;
    case EACCES:
    case EPERM: not_ours(path, "cannot connect");
    case EAGAIN: fail(path, "a node listens there, and takes no more connections", error);
    case ECONNREFUSED:
      if (!stands_as_socket(path))
        fail(path, "no node answers there", ENOTSOCK);
      fail(path, "no node answers there, the one that made it has ended", error);
    default: fail(path, "no node answers there", error);
  }
}

} // namespace zzz_jobs::node::control
