// Where claims begin in the index of available jobs.
#include "support/catch.hpp"

#include <zzz_jobs/stores/detail/pg_marks.hpp>

using namespace std::chrono_literals;
using zzz_jobs::detail::pg::Marks;

namespace {

const Marks::Time start{1h};
using Ids = std::map<std::int32_t, std::int64_t>;

/// After a plain claim that walked over much that is dead.
Marks slow_marks() {
  Marks marks;
  marks.claimed(0, 100, true);
  marks.plain_took(start, 50ms, 10);
  return marks;
}

} // namespace

TEST_CASE("claims are plain until one of them was slow", "[pg][marks]") {
  Marks marks;
  CHECK(marks.is_plain_next(start));
  marks.claimed(0, 100, true);
  CHECK(marks.is_plain_next(start));
  marks.plain_took(start, 1ms, 1);
  CHECK(marks.is_plain_next(start));
  marks.plain_took(start, 50ms, 10);
  CHECK_FALSE(marks.is_plain_next(start));
}

TEST_CASE("a plain claim of many rows may take its time", "[pg][marks]") {
  Marks marks;
  marks.claimed(0, 100, true);
  marks.plain_took(start, 20ms, 1000);
  CHECK(marks.is_plain_next(start));
  marks.plain_took(start, 20ms, 10);
  CHECK_FALSE(marks.is_plain_next(start));
}

TEST_CASE("plain claims take a twentieth of the time", "[pg][marks]") {
  auto marks = slow_marks();
  CHECK(marks.plain_at() == start + 1s);
  CHECK_FALSE(marks.is_plain_next(start + 999ms));
  CHECK(marks.is_plain_next(start + 1s));
  marks.plain_took(start + 1s, 1ms, 1);
  CHECK(marks.is_plain_next(start + 1s)); // what was dead is gone
}

TEST_CASE("without marks, or with too many, claims are plain", "[pg][marks]") {
  auto marks = slow_marks();
  marks.forget();
  CHECK(marks.is_plain_next(start));
  CHECK(marks.all().empty());
  for (std::int32_t priority = 0; priority < 64; ++priority)
    marks.claimed(priority, 1, false);
  CHECK_FALSE(marks.is_plain_next(start));
  marks.claimed(64, 1, false);
  CHECK(marks.is_plain_next(start));
}

TEST_CASE("a mark lies behind the last claimed row of its priority", "[pg][marks]") {
  Marks marks;
  marks.claimed(5, 7, true);
  marks.claimed(-5, 3, true);
  marks.claimed(5, 9, false);
  CHECK(marks.all() == Ids{{-5, 4}, {5, 10}});
  marks.claimed(5, 8, false); // of the same claim, or of one that skipped it
  CHECK(marks.all() == Ids{{-5, 4}, {5, 10}});
}

TEST_CASE("a row that a plain claim finds before the mark takes it back", "[pg][marks]") {
  Marks marks;
  marks.claimed(0, 100, true);
  marks.claimed(0, 20, true);
  CHECK(marks.all() == Ids{{0, 21}});
  marks.claimed(0, 21, true);
  CHECK(marks.all() == Ids{{0, 22}});
}

TEST_CASE("a row that is inserted before the mark takes it back", "[pg][marks]") {
  Marks marks;
  marks.claimed(0, 100, true);
  marks.inserted(0, 200);
  CHECK(marks.all() == Ids{{0, 101}});
  marks.inserted(0, 50);
  marks.inserted(-1, 70);
  CHECK(marks.all() == Ids{{-1, 70}, {0, 50}});
}

TEST_CASE("with many priorities in use, inserted rows make no more marks", "[pg][marks]") {
  Marks marks;
  for (std::int32_t priority = 0; priority < 1000; ++priority)
    marks.inserted(priority, 1);
  CHECK(marks.all().size() == 65);
  marks.plain_took(start, 1s, 1);
  CHECK(marks.is_plain_next(start));
}
