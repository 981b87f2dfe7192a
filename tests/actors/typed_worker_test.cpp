#include <zzz_jobs/testing.hpp>
#include <zzz_jobs/zzz_jobs.hpp>

#include "support/catch.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace zzz_jobs;
using namespace std::chrono_literals;

namespace {

struct Address {
  std::string zip = "10115";
  std::optional<std::int32_t> number{};
  MSGPACK_DEFINE_MAP(zip, number)
};

struct Mail {
  std::string to = "nobody";
  std::int32_t copies = 1;
  double weight = 0;
  std::uint8_t small = 0;
  Address address{};
  std::vector<Address> cc{};
  std::map<std::string, bool> flags{};
  MSGPACK_DEFINE_MAP(to, copies, weight, small, address, cc, flags)
};

std::string last_seen; // what the handlers below were called with

void by_function(const Mail& mail, JobContext& context) {
  last_seen = mail.to + std::to_string(context.attempt());
}

void by_function_noexcept(const Mail& mail) noexcept {
  last_seen = mail.to;
}

/// Calls a handler of any shape with these arguments; what it failed with.
template <class F>
std::string call(F function, const std::string& args = R"({"to":"ann"})") {
  last_seen.clear();
  const WorkerDef worker{.name = "mail", .handler = make_handler(std::move(function))};
  return testing::run_handler(worker, args).error;
}

std::string error_of(const std::string& args) {
  return call([](const Mail&) {}, args);
}

} // namespace

TEST_CASE("a handler of typed arguments may be any callable") {
  SECTION("lambda with context") {
    CHECK(call([](const Mail& mail, JobContext& context) {
            last_seen = mail.to + std::to_string(context.attempt());
          }).empty());
    CHECK(last_seen == "ann1");
  }
  SECTION("lambda without context") {
    CHECK(call([](const Mail& mail) { last_seen = mail.to; }).empty());
    CHECK(last_seen == "ann");
  }
  SECTION("function") {
    CHECK(call(by_function).empty());
    CHECK(last_seen == "ann1");
  }
  SECTION("function pointer") {
    CHECK(call(&by_function_noexcept).empty());
    CHECK(last_seen == "ann");
  }
  SECTION("std::function") {
    CHECK(call(std::function<void(const Mail&, JobContext&)>{by_function}).empty());
    CHECK(last_seen == "ann1");
  }
  SECTION("by value") {
    CHECK(call([](Mail mail, JobContext&) { last_seen = std::move(mail.to); }).empty());
    CHECK(last_seen == "ann");
  }
  SECTION("by value, const") {
    CHECK(call([](const Mail mail) { last_seen = mail.to; }).empty());
    CHECK(last_seen == "ann");
  }
  SECTION("rvalue reference") {
    CHECK(call([](Mail&& mail) { last_seen = std::move(mail.to); }).empty());
    CHECK(last_seen == "ann");
  }
  SECTION("object with a call operator") {
    struct Sender {
      std::string prefix;
      void operator()(const Mail& mail) const noexcept { last_seen = prefix + mail.to; }
    };
    CHECK(call(Sender{"to "}).empty());
    CHECK(last_seen == "to ann");
  }
  SECTION("mutable lambda") {
    CHECK(call([count = 0](const Mail&) mutable { last_seen = std::to_string(++count); }).empty());
    CHECK(last_seen == "1");
  }
  SECTION("answer ignored") {
    CHECK(call([](const Mail& mail) {
            last_seen = mail.to;
            return 3;
          }).empty());
    CHECK(last_seen == "ann");
  }
}

TEST_CASE("a handler that takes a text is given the arguments as they are") {
  const std::string args = "neither JSON nor \"anything\"";
  CHECK(call([](std::string_view text, JobContext&) { last_seen = text; }, args).empty());
  CHECK(last_seen == args);
  CHECK(call([](std::string_view text) { last_seen = text; }, args).empty());
  CHECK(last_seen == args);
  CHECK(call([](const std::string& text, JobContext&) { last_seen = text; }, args).empty());
  CHECK(last_seen == args);
  CHECK(call([](std::string text) { last_seen = std::move(text); }, args).empty());
  CHECK(last_seen == args);
}

TEST_CASE("typed arguments need not be a struct") {
  CHECK(
    call([](const std::vector<int>& list) { last_seen = std::to_string(list.at(1)); }, "[4,5,6]")
      .empty());
  CHECK(last_seen == "5");
  CHECK(call([](std::int64_t number) { last_seen = std::to_string(number); }, "-7").empty());
  CHECK(last_seen == "-7");
}

TEST_CASE("absent fields keep their defaults and unknown ones are ignored") {
  const auto mail =
    decode_args<Mail>(R"({"unknown":[1,{"deep":null}],"address":{"number":5,"x":1},"copies":2})");
  CHECK(mail.to == "nobody");
  CHECK(mail.copies == 2);
  CHECK(mail.address.zip == "10115");
  CHECK(mail.address.number == 5);
  CHECK(decode_args<Mail>("{}").to == "nobody");
}

TEST_CASE("an empty text stands for a struct without fields") {
  CHECK(decode_args<Mail>("").copies == 1);
  CHECK(call([](const Mail& mail) { last_seen = mail.to; }, "").empty());
  CHECK(last_seen == "nobody");
}

TEST_CASE("an error says which worker expected what in which field") {
  CHECK(error_of(R"({"to":5})")
        == R"(worker "mail": args: field "to" must be a string, got an integer)");
  CHECK(error_of(R"({"copies":"3","to":null})")
        == R"(worker "mail": args: field "copies" must be an integer, got a string; )"
           R"(field "to" must be a string, got null)");
  CHECK(error_of(R"({"copies":1.5})")
        == R"(worker "mail": args: field "copies" must be an integer, got a number)");
  CHECK(error_of(R"({"weight":{}})")
        == R"(worker "mail": args: field "weight" must be a number, got an object)");
  CHECK(
    error_of(R"({"address":{"zip":"1","number":"3"}})")
    == R"(worker "mail": args: field "address.number" must be an integer or null, got a string)");
  CHECK(error_of(R"({"cc":[{},{"zip":[]}]})")
        == R"(worker "mail": args: field "cc[1].zip" must be a string, got an array)");
  CHECK(error_of(R"({"flags":{"urgent":1}})")
        == R"(worker "mail": args: field "flags.urgent" must be a boolean, got an integer)");
  CHECK(error_of(R"([1,2])") == R"(worker "mail": args: they must be an object, got an array)");
  CHECK(error_of("{").find(R"(worker "mail": args: must be JSON)") == 0);
}

TEST_CASE("an error tells a number that its type cannot hold from a wrong type") {
  for (const std::string number : {"256", "-1", "18446744073709551615"})
    CHECK(
      error_of(R"({"small":)" + number + "}")
      == R"(worker "mail": args: field "small" must be an integer that the worker's type can hold)");
  CHECK(
    error_of(R"({"copies":3000000000})")
    == R"(worker "mail": args: field "copies" must be an integer that the worker's type can hold)");
}

TEST_CASE("an error names a few wrong fields of many and shows no values") {
  std::string args = R"({"cc":[{"zip":false})";
  for (int i = 0; i < 100; ++i)
    args += R"(,{"zip":4711})";
  const auto error = error_of(args + "]}");
  CHECK(error.size() < 400);
  CHECK(error.find("cc[0].zip") != std::string::npos);
  CHECK(error.find("4711") == std::string::npos);
}

TEST_CASE("a job with arguments of the wrong type fails and tells so in its row") {
  MemorySupervisor supervisor{{}, {.mode = RunMode::inlined}};
  supervisor.register_worker("mail", [](const Mail&) {});
  const auto job = supervisor.enqueue("mail", R"({"to":[]})");
  const auto after = supervisor.get(job.id);
  REQUIRE(after);
  CHECK(after->state == JobState::retryable);
  CHECK(after->errors.find(R"(field \"to\" must be a string, got an array)") != std::string::npos);
}

TEST_CASE("typed arguments make the way through JSON in every mode") {
  const auto mode = GENERATE(RunMode::inlined, RunMode::manual, RunMode::actors);
  MemorySupervisor supervisor{{}, {.queues = {{.name = "default"}}, .mode = mode}};
  const auto seen = std::make_shared<std::string>();
  supervisor.register_worker("mail", [seen](const Mail& mail, JobContext& context) {
    *seen = mail.to + " " + context.job().args;
    context.result("seen");
  });
  supervisor.start();
  const auto job = supervisor.enqueue("mail", Mail{.to = "ann", .copies = 3});
  if (mode == RunMode::manual)
    testing::drain(supervisor);
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (supervisor.get(job.id)->state != JobState::completed
         && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  supervisor.stop();
  CHECK(supervisor.get(job.id)->result == "seen");
  CHECK(seen->find(R"(ann {"address":{"number":null,"zip":"10115"},"cc":[],"copies":3,)") == 0);
}
