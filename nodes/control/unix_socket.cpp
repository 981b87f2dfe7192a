#include <zzz_jobs/nodes/control/unix_socket.hpp>

#include <zzz_jobs/config/errc.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace zzz_jobs::node::control {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& doing, int error) {
  throw Error(errc::unavailable,
              "control socket " + path.string() + ": " + doing + ": "
                + std::generic_category().message(error));
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

/// Takes away what a process has left that ended without doing so.
void remove_dead(const std::filesystem::path& path, const Address& address) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0 || !S_ISSOCK(facts.st_mode))
    fail(path, "cannot listen", EADDRINUSE); // a file of another kind is not ours to remove
  const auto probe = new_socket(path);
  if (const int error = try_connect(probe, address); error != ECONNREFUSED)
    throw Error(errc::locked,
                "control socket " + path.string()
                  + ": another process answers there; is this node running already?");
  ::unlink(path.c_str());
}

} // namespace

Fd listen_at(const std::filesystem::path& path) {
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
  return socket;
}

Fd connect_to(const std::filesystem::path& path) {
  auto socket = new_socket(path);
  const Address address(path);
  if (const int error = try_connect(socket, address); error != 0)
    fail(path, "no node answers there", error);
  return socket;
}

} // namespace zzz_jobs::node::control
