// A server of echoes as a process of its own, which a test can stop and kill.
// echo_node PORT [CERTIFICATE KEY CA]: says "ok PORT PID" and stays until its input ends.

#include "linked.hpp"

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <exception>

using namespace zzz_jobs::node;

int main(int count, char** arguments) {
  try {
    TlsSection tls;
    if (count == 5)
      tls = {.certificate = arguments[2], .key = arguments[3], .ca = arguments[4]};
    const test::EchoServer server{tls, static_cast<std::uint16_t>(std::stoi(arguments[1]))};
    std::printf("ok %d %d\n", server.port(), static_cast<int>(getpid()));
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    return 0;
  } catch (const std::exception& error) {
    std::printf("error %s\n", error.what());
    return 1;
  }
}
