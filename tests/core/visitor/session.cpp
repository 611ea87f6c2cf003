#include "visitor/session.h"

#include <limits>

#include "catch.hpp"

using namespace appizer;

namespace {

constexpr Millis kNow = 1763928000000;
constexpr Millis kTimeout = 30 * kMinute;

struct Visit {
  Session session{"", kTimeout, false};
  Ids ids;
  Effects effects;

  std::string touch(Millis wall) { return session.touch(ids, wall, effects); }
  void renew(Millis wall) { session.end(wall, effects); }
  Session::Change restore(const std::string& text, Millis wall = kNow + kHour) {
    return session.handle_storage_value("s", text, wall, effects);
  }
  std::string land(Millis wall, const char* landing) {
    return session.touch(ids, wall, effects, landing);
  }
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
  CHECK(visit.stored() == id + " 1763928000000!");
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

TEST_CASE("another visitor's session ends at once, for every document that reads it", "[session]") {
  Visit visit;
  const std::string id = visit.touch(kNow);
  visit.renew(kNow + 1);
  CHECK(visit.stored() == "- 1763928000001 " + id);
  CHECK(visit.session.would_begin(kNow + 2, {}));
  const std::string next = visit.touch(kNow + 2);
  CHECK(next != id);

  Visit other;
  other.restore(id + " 1763928000000");
  other.restore("- 1763928000001");
  CHECK(other.session.would_begin(kNow + 2, {}));
}

TEST_CASE("a session ends also where the clock was set back since it began", "[session]") {
  Visit visit;
  const std::string id = visit.touch(kNow);
  SECTION("the one that ended") {
    visit.restore("- 1763841600000 " + id);
    CHECK(visit.session.would_begin(kNow + 1, {}));
  }
  SECTION("another one had ended before it began") {
    visit.restore("- 1763841600000 abcdefghijkl");
    CHECK(visit.touch(kNow + 1) == id);
    visit.restore("- 1763841600000");
    CHECK(visit.touch(kNow + 1) == id);
  }
}

TEST_CASE("what another tab stored is taken over", "[session]") {
  Visit visit;
  visit.restore("abcdefghijkl 1763928000000");
  visit.touch(kNow);
  visit.restore("zzzzzzzzzzzz 1763928000005");
  CHECK(visit.touch(kNow + 6) == "zzzzzzzzzzzz");
}

TEST_CASE("two documents that begin a session in the same moment take the smaller id",
          "[session]") {
  Visit visit;
  const std::string id = visit.touch(kNow);
  visit.stored();
  SECTION("the other's") {
    CHECK(visit.restore("000000000000 1763928000900!") == Session::Change::replaced);
    CHECK(visit.session.replaced() == id);
    CHECK(visit.touch(kNow + 1000) == "000000000000");
    CHECK(visit.stored().empty());
  }
  SECTION("its own, which it writes again") {
    CHECK(visit.restore("zzzzzzzzzzzz 1763928000900!") == Session::Change::contested);
    CHECK(visit.touch(kNow + 1000) == id);
    CHECK(visit.stored() == id + " 1763928000000!");
  }
  SECTION("later the other's counts, whatever its id") {
    visit.touch(kNow + Session::kNew + 1);
    CHECK(visit.restore("zzzzzzzzzzzz 1763928005001!") == Session::Change::none);
    CHECK(visit.touch(kNow + 6000) == "zzzzzzzzzzzz");
  }
  SECTION("another campaign's session is another") {
    visit.land(kNow, R"({"url":"/","utm_source":"news"})");
    visit.restore(R"(zzzzzzzzzzzz 1763928000900! {"url":"/","utm_source":"ads"})");
    CHECK(visit.touch(kNow + 1000) == "zzzzzzzzzzzz");
  }
}

TEST_CASE("of more than two documents all take the smallest id", "[session]") {
  Visit visit;
  const std::string id = visit.touch(kNow);
  CHECK(visit.restore("0000000000zz 1763928000100!") == Session::Change::replaced);
  visit.stored();
  // Of the one that it has taken it knows as well that it is young.
  CHECK(visit.restore("zzzzzzzzzzzz 1763928000200!") == Session::Change::contested);
  CHECK(visit.stored() == "0000000000zz 1763928000100!");
  CHECK(visit.restore("000000000000 1763928000300!") == Session::Change::replaced);
  CHECK(visit.session.replaced() == "0000000000zz");
  CHECK(visit.touch(kNow + 400) == "000000000000");
}

TEST_CASE("a page that finds a session which has just begun may take another one", "[session]") {
  Visit visit;
  visit.session.read(visit.effects);
  visit.effects.take();
  SECTION("young") {
    CHECK(visit.restore("zzzzzzzzzzzz 1763928000000!", kNow + 100) == Session::Change::contested);
    CHECK(visit.restore("000000000000 1763928000100!", kNow + 200) == Session::Change::replaced);
    CHECK(visit.session.replaced() == "zzzzzzzzzzzz");
  }
  SECTION("no longer") {
    const Millis later = kNow + Session::kNew + 101;
    CHECK(visit.restore("zzzzzzzzzzzz 1763928000000!", later) == Session::Change::none);
    CHECK(visit.restore("000000000000 1763928000100!", later) == Session::Change::none);
  }
  SECTION("one that goes on for long") {
    CHECK(visit.restore("zzzzzzzzzzzz 1763928000000", kNow) == Session::Change::none);
    CHECK(visit.restore("000000000000 1763928000100!", kNow) == Session::Change::contested);
  }
}

TEST_CASE("its own id, written by itself, says that another one may have begun", "[session]") {
  Visit visit;
  const std::string id = visit.touch(kNow);
  const std::string stored = visit.stored();
  CHECK(visit.restore(stored) == Session::Change::contested);
  visit.touch(kNow + Session::kNew + 1);
  CHECK(visit.restore(stored) == Session::Change::none);
}

TEST_CASE("storage is asked once more before a session begins", "[session]") {
  Visit visit;
  CHECK(visit.session.would_begin(kNow, {}));
  CHECK_FALSE(visit.session.is_fresh());
  visit.session.read(visit.effects);
  CHECK(visit.effects.take().text == "s");
  visit.restore("");
  CHECK(visit.session.is_fresh());
  visit.session.handle_input();
  CHECK_FALSE(visit.session.is_fresh());
}

TEST_CASE("sub-domains share a session by a cookie", "[session]") {
  Session session("p.", kTimeout, true);
  Ids ids;
  Effects effects;
  const std::string landing = R"({"url":"https://www.x.example/","utm_source":"news"})";
  const std::string id = session.touch(ids, kNow, effects, landing);
  CHECK(effects.take().text == "p.s");
  const Effect cookie = effects.take();
  CHECK(cookie.text == "cookie:p.s");
  CHECK(cookie.more == id + " 1763928000000! " + landing);

  Session other("p.", kTimeout, true);
  other.read(effects);
  other.handle_storage_value("p.s", View::none(), kNow + kHour, effects);
  CHECK_FALSE(other.is_fresh());
  other.handle_storage_value("cookie:p.s", cookie.more, kNow + kHour, effects);
  CHECK(other.is_fresh());
  CHECK_FALSE(other.would_begin(kNow + 1, R"({"url":"https://app.x.example/"})"));
  CHECK(other.landing() == landing);
  SECTION("what the cookie has may be older than what storage has") {
    other.handle_storage_value("cookie:p.s", "zzzzzzzzzzzz 1763927000000", kNow + kHour, effects);
    CHECK(other.id() == id);
  }
  SECTION("a landing that is too long for a cookie is cut to its campaign") {
    const std::string url(3000, 'u');
    Session lands("p.", kTimeout, true);
    while (!effects.empty()) effects.take();
    lands.touch(ids, kNow, effects, "{\"url\":\"" + url + R"(","utm_source":"news"})");
    effects.take();
    CHECK(effects.take().more ==
          std::string(lands.id()) + R"( 1763928000000! {"utm_source":"news"})");
  }
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
  visit.session.handle_storage_value("s", View::none(), kNow, visit.effects);
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
  CHECK(visit.stored() == id + " 1763928000000!");
  CHECK(visit.session.landing().empty());
  visit.session.touch(visit.ids, kNow + 1, visit.effects, R"({"url":"a b"})");
  CHECK(visit.stored() == id + R"( 1763928000001! {"url":"a b"})");
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

TEST_CASE("a damaged arrival costs only itself", "[session]") {
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

TEST_CASE("the same campaign otherwise spelled is no other one", "[session]") {
  const char* before = R"({"url":"/a","utm_source":"News","utm_medium":"mail","gclid":"1"})";
  const auto [landing, other] = GENERATE(table<const char*, bool>({
      {R"({"url":"/b","referrer":"/a"})", false},
      {R"({"utm_medium":"mail","utm_source":"News","gclid":"1"})", false},
      {R"({"utm_source":"news","utm_medium":"MAIL"})", false},
      {R"({"utm_source":"News"})", false},
      {R"({"utm_source":"News","utm_medium":"mail","fbclid":"2"})", false},
      {R"({"utm_source":"News","gclid":"2"})", false},
      {R"({"gclid":"1"})", false},
      {R"({"utm_source":"ads"})", true},
      {R"({"utm_source":"News","utm_medium":"web"})", true},
      {R"({"gclid":"2"})", true},
      {R"({"fbclid":"2"})", true},
      {R"({"utm_campaign":"spring"})", true},
  }));
  CAPTURE(landing);
  CHECK(is_other_campaign(landing, before) == other);
}

TEST_CASE("a campaign on the second page of a visit without one begins a new session",
          "[session]") {
  Visit visit;
  const std::string first =
      visit.session.touch(visit.ids, kNow, visit.effects, R"({"url":"/a","referrer":""})");
  CHECK(visit.session.touch(visit.ids, kNow, visit.effects,
                            R"({"url":"/b","referrer":"","gclid":"1"})") != first);
}
