#include "visitor/session.h"

#include <limits>

#include "catch.hpp"

using namespace appizer;

namespace {

constexpr Millis kNow = 1763928000000;
constexpr Millis kTimeout = 30 * kMinute;

struct Visit {
  Session session{"", kTimeout};
  Ids ids;
  Effects effects;

  std::string touch(Millis wall) { return session.touch(ids, wall, effects); }
  void renew(Millis wall) { session.restart(ids, wall, effects); }
  void restore(const std::string& text) { session.handle_storage_value(text); }
  /// What was stored since the last look, empty if nothing was.
  std::string stored() {
    std::string last;
    while (!effects.empty()) {
      const Effect effect = effects.take();
      REQUIRE(effect.kind == Effect::store);
      REQUIRE(effect.text == "s");
      last = effect.more;
    }
    return last;
  }
};

}  // namespace

TEST_CASE("events without a long gap belong to one session", "[session]") {
  Visit visit;
  const std::string id = visit.touch(kNow);
  CHECK(id.size() == 12);
  CHECK(visit.touch(kNow + kTimeout) == id);
  CHECK(visit.touch(kNow + 2 * kTimeout) == id);
  CHECK(visit.touch(kNow + 3 * kTimeout + 1) != id);
}

TEST_CASE("a session is stored with the time of its last event, once a minute at most",
          "[session]") {
  Visit visit;
  const std::string id = visit.touch(kNow);
  CHECK(visit.stored() == id + " 1763928000000");
  visit.touch(kNow + kMinute - 1);
  CHECK(visit.stored().empty());
  visit.touch(kNow + kMinute);
  CHECK(visit.stored() == id + " 1763928060000");
}

TEST_CASE("a session goes on in the next page", "[session]") {
  Visit visit;
  visit.restore("abcdefghijkl 1763928000000");
  CHECK(visit.touch(kNow + kTimeout) == "abcdefghijkl");
  Visit late;
  late.restore("abcdefghijkl 1763928000000");
  CHECK(late.touch(kNow + kTimeout + 1) != "abcdefghijkl");
}

TEST_CASE("a clock that was set back does not end a session", "[session]") {
  Visit visit;
  const std::string id = visit.touch(kNow);
  CHECK(visit.touch(kNow - 24 * kHour) == id);
  CHECK(visit.stored() == id + " 1763841600000");
  CHECK(visit.touch(kNow - 24 * kHour + kTimeout + 1) != id);
}

TEST_CASE("the session of another visitor is stored at once", "[session]") {
  Visit visit;
  const std::string id = visit.touch(kNow);
  visit.renew(kNow + 1);
  const std::string next = visit.session.id();
  CHECK(next != id);
  CHECK(visit.stored() == next + " 1763928000001");
  CHECK(visit.touch(kNow + 2) == next);
}

TEST_CASE("what another tab stored is taken over", "[session]") {
  Visit visit;
  visit.touch(kNow);
  visit.restore("zzzzzzzzzzzz 1763928000005");
  CHECK(visit.touch(kNow + 6) == "zzzzzzzzzzzz");
}

TEST_CASE("anything else in storage is ignored", "[session]") {
  const auto text = GENERATE(values<std::string>({
      "",
      " ",
      "abcdefghijkl",
      "abcdefghijkl ",
      "abcdefghijk 1763928000000",
      "abcdefghijklm 1763928000000",
      "ABCDEFGHIJKL 1763928000000",
      "abcdefghij\"l 1763928000000",
      "abcdefghijkl x",
      "abcdefghijkl 1763928000000x",
      "abcdefghijkl 1763928000000 ",
      "abcdefghijkl 99999999999999999999",
      "abcdefghijkl 1.5",
      "{\"id\":\"abcdefghijkl\"}",
  }));
  CAPTURE(text);
  Visit visit;
  const std::string id = visit.touch(kNow);
  visit.restore(text);
  visit.session.handle_storage_value(View::none());
  CHECK(visit.touch(kNow + 1) == id);
}

TEST_CASE("times from the ends of the calendar do no harm", "[session]") {
  const auto stored = GENERATE(values<std::string>(
      {"9223372036854775807", "-9223372036854775808", "-9223372036854775807", "0"}));
  const Millis wall = GENERATE(values<Millis>({0, kNow, -kFurthest, kFurthest}));
  CAPTURE(stored, wall);
  Visit visit;
  visit.restore("abcdefghijkl " + stored);
  CHECK(visit.touch(wall).size() == 12);
  CHECK(visit.touch(wall + 1).size() == 12);
}

TEST_CASE("a session keeps where its visitor first arrived", "[session]") {
  Visit visit;
  const std::string id = visit.touch(kNow);
  CHECK(visit.stored() == id + " 1763928000000");
  CHECK(visit.session.landing().empty());
  visit.session.touch(visit.ids, kNow + 1, visit.effects, R"({"url":"a b"})");
  CHECK(visit.stored() == id + R"( 1763928000001 {"url":"a b"})");
  visit.session.touch(visit.ids, kNow + 2, visit.effects, R"({"url":"c"})");
  CHECK(visit.stored().empty());
  visit.touch(kNow + 2 * kMinute);
  CHECK(visit.stored() == id + R"( 1763928120000 {"url":"a b"})");
  CHECK(visit.session.landing() == R"({"url":"a b"})");
}

TEST_CASE("where a visitor arrived outlives the page, and ends with the session", "[session]") {
  Visit visit;
  visit.restore(R"(abcdefghijkl 1763928000000 {"url":"a"})");
  CHECK(visit.touch(kNow) == "abcdefghijkl");
  CHECK(visit.session.landing() == R"({"url":"a"})");
  SECTION("by time") { CHECK(visit.touch(kNow + kTimeout + 1) != "abcdefghijkl"); }
  SECTION("by another visitor") { visit.renew(kNow); }
  SECTION("by another tab") { visit.restore("mnopqrstuvwx 1763928000000"); }
  CHECK(visit.session.landing().empty());
}

TEST_CASE("damaged arrival facts are ignored, the session stays", "[session]") {
  const auto rest =
      GENERATE(values<std::string>({" {", " []", " {}x", " \"a\"", " {\"a\":}", " {} {}"}));
  CAPTURE(rest);
  Visit visit;
  visit.restore("abcdefghijkl 1763928000000" + rest);
  CHECK(visit.touch(kNow) == "abcdefghijkl");
  CHECK(visit.session.landing().empty());
}

TEST_CASE("a landing by another campaign begins a new session, and only that", "[session]") {
  Visit visit;
  const auto land = [&](const char* landing) {
    return visit.session.touch(visit.ids, kNow, visit.effects, landing);
  };
  const std::string first = land(R"({"url":"/a","referrer":"","utm_source":"news"})");
  CHECK(land(R"({"url":"/b","referrer":"/a"})") == first);
  CHECK(land(R"({"url":"/b","referrer":"/a","utm_source":"news"})") == first);
  const std::string second = land(R"({"url":"/c","referrer":"","utm_source":"ads"})");
  CHECK(second != first);
  CHECK(visit.session.landing() == R"({"url":"/c","referrer":"","utm_source":"ads"})");
}

TEST_CASE("a campaign on the second page of a visit without one begins a new session",
          "[session]") {
  Visit visit;
  const std::string first =
      visit.session.touch(visit.ids, kNow, visit.effects, R"({"url":"/a","referrer":""})");
  CHECK(visit.session.touch(visit.ids, kNow, visit.effects,
                            R"({"url":"/b","referrer":"","gclid":"1"})") != first);
}
