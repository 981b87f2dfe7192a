#include "support/catch.hpp"

#include <zzz_jobs/nodes/cluster/notice_pace.hpp>
#include <zzz_jobs/nodes/cluster/peer_hub.hpp>

using namespace zzz_jobs;
using namespace zzz_jobs::node;
using std::chrono::milliseconds;

namespace {

const NoticePace::Time start{std::chrono::hours{1}};
const Notice mail{.kind = Notice::Kind::jobs, .queue = "mail"};

} // namespace

TEST_CASE("the first notice of a queue goes at once, later ones together") {
  NoticePace pace;
  CHECK(pace.may_go(mail, start));
  CHECK(pace.may_go({.kind = Notice::Kind::jobs, .queue = "video"}, start));
  CHECK(!pace.next());
  CHECK(!pace.may_go(mail, start + milliseconds{1}));
  CHECK(!pace.may_go(mail, start + milliseconds{2}));
  REQUIRE(pace.next() == start + NoticePace::interval);
  CHECK(pace.due(start + milliseconds{9}).empty());
  const auto due = pace.due(start + NoticePace::interval);
  REQUIRE(due.size() == 1);
  CHECK(due.front().queue == "mail");
  CHECK(!pace.next());
  CHECK(!pace.may_go(mail, start + NoticePace::interval + milliseconds{1}));
  CHECK(pace.may_go({.kind = Notice::Kind::jobs, .queue = "mail", .own = false}, start));
}

TEST_CASE("a queue that was quiet is told of at once again") {
  NoticePace pace;
  CHECK(pace.may_go(mail, start));
  CHECK(pace.may_go(mail, start + NoticePace::interval));
}

TEST_CASE("what says something of its own is never held back") {
  NoticePace pace;
  for (int i = 1; i < 5; ++i) {
    CHECK(pace.may_go({.kind = Notice::Kind::cancelled, .claim = {i, 1}}, start));
    CHECK(pace.may_go({.kind = Notice::Kind::paused, .queue = "mail"}, start));
  }
  CHECK(pace.may_go({.kind = Notice::Kind::cancelled}, start));
  CHECK(!pace.may_go({.kind = Notice::Kind::cancelled}, start));
}

TEST_CASE("of two nodes one calls the other") {
  const auto has_called = [](std::int64_t from, const char* from_address, std::int64_t to,
                             const char* to_address) {
    return calls({.id = from, .address = from_address}, {.id = to, .is = {.address = to_address}});
  };
  CHECK(has_called(2, "a:1", 1, "b:1"));
  CHECK(!has_called(1, "b:1", 2, "a:1"));
  CHECK(has_called(1, "", 2, "a:1"));
  CHECK(!has_called(2, "a:1", 1, ""));
  CHECK(!has_called(1, "", 2, ""));
  CHECK(!has_called(1, "a:1", 1, "a:1"));
}
