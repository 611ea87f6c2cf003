#include "base/ids.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

Ids seeded(std::uint8_t value) {
  Ids ids;
  ids.seed(all_of(value));
  return ids;
}

bool is_uuid(const std::string& id, char version) {
  if (id.size() != 36) return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hexadecimal = (id[i] >= '0' && id[i] <= '9') || (id[i] >= 'a' && id[i] <= 'f');
    if (dash ? id[i] != '-' : !hexadecimal) return false;
  }
  return id[14] == version && std::string("89ab").find(id[19]) != std::string::npos;
}

Millis time_of(const std::string& id) {
  return std::stoll(id.substr(0, 8) + id.substr(9, 4), nullptr, 16);
}

}  // namespace

TEST_CASE("a user id is a UUID version 4 made of the given bytes alone", "[ids]") {
  CHECK(uuid_v4(all_of(0x00)) == "00000000-0000-4000-8000-000000000000");
  CHECK(uuid_v4(all_of(0xFF)) == "ffffffff-ffff-4fff-bfff-ffffffffffff");
  CHECK(uuid_v4({0x91, 0x91, 0x08, 0xf7, 0x52, 0xd1, 0x03, 0x20, 0x1b, 0xac, 0xf8, 0x47, 0xdb, 0x41,
                 0x48, 0xa8}) == "919108f7-52d1-4320-9bac-f847db4148a8");  // RFC 9562, A.3
}

TEST_CASE("an event id is a UUID version 7 that says when the event happened", "[ids]") {
  Ids ids = seeded(1);
  const Millis wall = GENERATE(Millis{1}, 1645557742000, 1763928000123, (Millis{1} << 48) - 1);
  const std::string id = ids.event_id(wall);
  CHECK(is_uuid(id, '7'));
  CHECK(time_of(id) == wall);
}

TEST_CASE("event ids rise strictly whatever the clock does", "[ids]") {
  Ids ids = seeded(2);
  std::string last = ids.event_id(1763928000000);

  SECTION("it stands still") {
    for (int i = 0; i < 10000; ++i) {
      const std::string id = ids.event_id(1763928000000);
      REQUIRE(is_uuid(id, '7'));
      REQUIRE(id > last);
      last = id;
    }
    CHECK(time_of(last) == 1763928000000);
  }
  SECTION("it jumps back, before 1970, and ahead without bound") {
    for (const Millis wall :
         {Millis{1763927999999}, Millis{0}, Millis{-1}, std::numeric_limits<Millis>::min(),
          Millis{1763928000001}, std::numeric_limits<Millis>::max(), Millis{1763928000002}}) {
      const std::string id = ids.event_id(wall);
      CHECK(is_uuid(id, '7'));
      CHECK(id > last);
      last = id;
    }
    CHECK(time_of(last) == (Millis{1} << 48) - 1);
  }
  SECTION("it goes anywhere, at random") {
    for (int i = 0; i < 10000; ++i) {
      const std::string id = ids.event_id(1763928000000 + ids.draw() % 2000 - 1000);
      REQUIRE(id > last);
      last = id;
    }
  }
}

TEST_CASE("the first event of a document that lies before 1970 has an id as well", "[ids]") {
  Ids ids = seeded(3);
  CHECK(is_uuid(ids.event_id(-5), '7'));
}

TEST_CASE("documents with different seeds share no ids", "[ids]") {
  Ids one = seeded(4);
  Ids other = seeded(5);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    CHECK(seen.insert(one.event_id(1000)).second);
    CHECK(seen.insert(other.event_id(1000)).second);
  }
}

TEST_CASE("the same seed makes the same ids, so that a failure can be replayed", "[ids]") {
  Ids one = seeded(6);
  Ids other = seeded(6);
  CHECK(one.event_id(7) == other.event_id(7));
  CHECK(one.token(10) == other.token(10));
  CHECK(one.draw() == other.draw());
}

TEST_CASE("tokens have the length asked for and are easy to read", "[ids]") {
  Ids ids = seeded(7);
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{12}}) {
    const std::string token = ids.token(length);
    CHECK(token.size() == length);
    CHECK(std::all_of(token.begin(), token.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z' && c != 'i' && c != 'l' && c != 'o');
    }));
  }
}

TEST_CASE("a generator that was handed only zeros still generates", "[ids]") {
  Ids ids = seeded(0);
  std::set<std::uint32_t> drawn;
  for (int i = 0; i < 100; ++i) drawn.insert(ids.draw());
  CHECK(drawn.size() > 90);
}

TEST_CASE("draws use all 32 bits evenly", "[ids]") {
  Ids ids = seeded(8);
  std::array<int, 32> ones{};
  constexpr int kDraws = 4000;
  for (int i = 0; i < kDraws; ++i) {
    const std::uint32_t drawn = ids.draw();
    for (std::size_t bit = 0; bit < 32; ++bit) ones[bit] += static_cast<int>(drawn >> bit & 1);
  }
  // Five standard deviations around one half.
  for (const int count : ones) CHECK(std::abs(count - kDraws / 2) < 160);
}

TEST_CASE("waits are drawn from the last bytes of the seed alone, evenly", "[ids]") {
  Entropy entropy = all_of(7);
  Ids one;
  one.seed(entropy);
  entropy[0] = 8;
  Ids same;
  same.seed(entropy);
  entropy[15] = 8;
  Ids other;
  other.seed(entropy);
  CHECK(std::string(one.token(10)) != std::string(same.token(10)));

  std::array<int, 8> counts{};
  bool differs = false;
  for (int i = 0; i < 8000; ++i) {
    const std::uint32_t draw = one.draw_wait();
    REQUIRE(draw == same.draw_wait());
    differs = differs || draw != other.draw_wait();
    ++counts[draw >> 29];
  }
  CHECK(differs);
  for (const int count : counts) CHECK(count == Approx(1000).margin(150));
}
