#include "early_calls.h"

#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "core/host.h"
#include "core/text.h"
#include "storage_keys.h"

using namespace appizer;
using namespace appizer::test;

namespace {

using Names = std::vector<std::string>;

const std::string kDocument = "d0cument01";

int delivered(const Sent& /*sent*/) { return 200; }

/// A page whose calls are in storage before its client runs.
struct EarlyPage {
  Origin& origin;
  Millis time = origin.now.wall;
  Millis last = time;
  int count = 0;
  std::vector<std::string> times{};

  std::string prefix() const {
    return std::string(storage_keys::prefix_of("https://api.appizer.com", "demo")) + "j." +
           kDocument + ".c";
  }
  void put(const std::string& members) {
    times.push_back(std::to_string(last));
    origin.storage[prefix() + times.back()] =
        "{" + members + ",\"t\":" + std::to_string(time) +
        ",\"u\":\"https://shop.example/tea?x=1\",\"s\":" + std::to_string(++count) + "}";
    ++last;
  }
  void view() { put(R"("v":"Tea","r":"https://news.example/")"); }
  void event(const std::string& name) { put("\"n\":\"" + name + R"(","p":{"a":1})"); }

  Host::Facts facts(bool view, int effects = INT_MAX) const {
    Host::Facts facts;
    facts.url = "https://shop.example/tea?x=1";
    facts.more = ",\"document\":\"" + kDocument + "\",\"kept\":" + std::to_string(count);
    if (view) facts.more += ",\"view\":\"" + times[0] + " 1\"";
    facts.effects = effects;
    return facts;
  }
  /// The client makes the call again.
  void again(Host& page, std::size_t which, const std::string& name) const {
    page.client.handle_early(times[which] + " " + std::to_string(which + 1));
    page.client.track(name, R"({"a":1})", "", time, origin.now);
  }
};

std::map<std::string, int> counted(const Names& names) {
  std::map<std::string, int> counts;
  for (const std::string& name : names) ++counts[name];
  return counts;
}

/// The values of one property in all events that arrived, in order, where there is one.
Names all(const Origin& origin, const std::string& property) {
  Names values;
  const auto add = [&](const auto& event) {
    if (!event.contains("properties") || !event["properties"].contains(property)) return;
    const auto& value = event["properties"][property];
    values.push_back(value.is_string() ? value.template get<std::string>() : value.dump());
  };
  for (const std::string& body : origin.bodies) {
    const auto parsed_body = parsed(body);
    if (parsed_body.contains("events")) {
      for (const auto& event : parsed_body["events"]) add(event);
    } else {
      add(parsed_body);
    }
  }
  return values;
}

bool left_in(const Origin& origin) {
  for (const auto& [key, text] : origin.storage) {
    if (key.find(".j.") != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("calls from before the client ran are its own, under their keys", "[early]") {
  Origin origin;
  EarlyPage early{origin};
  early.view();
  early.event("first");
  early.event("second");
  Host page(origin, R"("autoEvents":true)", early.facts(true));
  early.again(page, 1, "first");
  early.again(page, 2, "second");
  page.drain();
  for (const std::string& time : early.times) {
    CHECK(origin.storage[early.prefix() + time].find("E {\"event_name\":") == 8);
  }
  page.track("later");
  origin.server = delivered;
  origin.run_for(10'000);
  CHECK(counted(origin.arrived) ==
        std::map<std::string, int>{{"first", 1}, {"later", 1}, {"page_view", 1}, {"second", 1}});
  const Names views = all(origin, "$view_id");
  CHECK(std::all_of(views.begin(), views.end(),
                    [](const std::string& view) { return view == kDocument + ".1"; }));
  CHECK(!left_in(origin));
}

TEST_CASE("wherever a page dies, what it called for early is recorded once", "[early]") {
  for (int effects = 0; effects < 40; ++effects) {
    CAPTURE(effects);
    Origin origin;
    EarlyPage early{origin};
    early.view();
    early.event("first");
    early.event("second");
    {
      Host page(origin, R"("autoEvents":true)", early.facts(true, effects));
      early.again(page, 1, "first");
      early.again(page, 2, "second");
      page.drain();
    }
    origin.server = delivered;
    Host next(origin);
    origin.run_for(60'000);
    CHECK(counted(origin.arrived) ==
          std::map<std::string, int>{{"first", 1}, {"page_view", 1}, {"second", 1}});
    CHECK(all(origin, "page") == Names{"/tea"});
    CHECK(!left_in(origin));
    CHECK(next.reports.empty());
  }
}

TEST_CASE("wherever the page that takes calls over dies, each is recorded once", "[early]") {
  for (int effects = 10; effects < 60; ++effects) {
    CAPTURE(effects);
    Origin origin;
    EarlyPage early{origin};
    early.view();
    early.event("first");
    early.event("second");
    origin.sleep(60'000);
    {
      Host::Facts facts;
      facts.effects = effects;
      Host page(origin, R"("autoEvents":{"pageLeave":true,"pageViews":true})", facts);
      for (int i = 0; i < 30; ++i) {
        origin.sleep(100);
        page.client.handle_wake(origin.now);
        page.drain();
      }
    }
    origin.server = delivered;
    Host next(origin, R"("autoEvents":false)");
    origin.run_for(60'000);
    std::map<std::string, int> counts = counted(origin.arrived);
    CHECK(counts["first"] == 1);
    CHECK(counts["second"] == 1);
    CHECK(!left_in(origin));
  }
}

TEST_CASE("a call is left to its page at first", "[early]") {
  Origin origin;
  origin.server = delivered;
  EarlyPage early{origin};
  early.event("first");
  Host other(origin);
  origin.run_for(storage_keys::kEarly - 1);
  CHECK(origin.arrived.empty());
  origin.run_for(3000);
  CHECK(origin.arrived == Names{"first"});
  CHECK(all(origin, "$timestamp").size() == 1);
  CHECK(all(origin, "$view_id") == Names{kDocument + ".0"});
  CHECK(all(origin, "$page") == Names{"/tea"});
  CHECK(all(origin, "a") == Names{"1"});
  CHECK(other.reports.empty());
}

TEST_CASE("calls are taken over as soon as they may be, however much waits", "[early]") {
  Origin origin;  // whose server does not answer
  EarlyPage early{origin};
  early.event("first");
  early.event("second");
  Host other(origin);
  for (int i = 0; i < 2000; ++i) other.track("waiting");
  origin.run_for(storage_keys::kEarly + 3000);
  // Its page may begin now, and finds that these are calls no longer.
  for (const std::string& time : early.times) {
    CHECK(!origin.storage[early.prefix() + time].starts_with("{"));
  }
}

TEST_CASE("an early call whose page had a clock before 1970 is recorded", "[early]") {
  Origin origin;
  origin.server = delivered;
  EarlyPage early{origin, -1000, 1};
  early.event("first");
  Host other(origin);
  origin.run_for(5000);
  CHECK(origin.arrived == Names{"first"});
  CHECK(other.reports.empty());
}

TEST_CASE("a clock that was set back does not keep a call for long", "[early]") {
  Origin origin;
  origin.server = delivered;
  EarlyPage early{origin};
  early.event("first");
  origin.now.wall -= kDay;
  Host other(origin);
  origin.run_for(5000);
  CHECK(origin.arrived == Names{"first"});
}

TEST_CASE("an early event keeps the user that it had, and no session of another", "[early]") {
  Origin origin;
  origin.server = delivered;
  EarlyPage early{origin};
  early.put(R"("n":"first","i":"user_7")");
  origin.sleep(60'000);
  Host other(origin);
  other.track("now");
  origin.run_for(5000);
  CHECK(counted(origin.arrived) == std::map<std::string, int>{{"first", 1}, {"now", 1}});
  const Names sessions = all(origin, "$session_id");
  REQUIRE(sessions.size() == 2);
  CHECK(sessions[0] != sessions[1]);
  CHECK(std::any_of(origin.bodies.begin(), origin.bodies.end(), [](const std::string& body) {
    return body.find(R"("user_id":"user_7")") != std::string::npos;
  }));
}

TEST_CASE("the start of a session has its number before that of the first view", "[early]") {
  Origin origin;
  origin.server = delivered;
  EarlyPage early{origin};
  early.view();
  early.event("first");
  Host page(origin, R"("autoEvents":{"sessionStart":true})", early.facts(true));
  early.again(page, 1, "first");
  page.drain();
  origin.run_for(5000);
  CHECK(counted(origin.arrived) ==
        std::map<std::string, int>{{"first", 1}, {"page_view", 1}, {"session_start", 1}});
  for (const std::string& body : origin.bodies) {
    const auto all_events = parsed(body);
    for (const auto& event : all_events["events"]) {
      const int number = event["properties"]["$seq"];
      CHECK(number == (event["event_name"] == "session_start" ? 1
                       : event["event_name"] == "first"       ? 2
                                                              : 3));
    }
  }
}

TEST_CASE("a first view is what its own page wants", "[early]") {
  Origin origin;
  origin.server = delivered;
  EarlyPage early{origin};
  early.view();
  SECTION("which does not want it") {
    Host page(origin, "", early.facts(true));
    CHECK(!left_in(origin));
    CHECK(origin.arrived.empty());
  }
  SECTION("whatever the page wants that takes it over") {
    origin.sleep(60'000);
    Host page(origin);
    origin.run_for(5000);
    CHECK(!left_in(origin));
    CHECK(origin.arrived == Names{"page_view"});
    CHECK(all(origin, "referrer") == Names{"https://news.example/"});
  }
}

TEST_CASE("a first view that another page has recorded is not recorded again", "[early]") {
  Origin origin;
  origin.server = delivered;
  Host::Facts facts;
  facts.more = R"(,"document":"d0cument01","view":"-")";
  Host page(origin, R"("autoEvents":true)", facts);
  origin.run_for(2000);
  page.track("now");
  page.go("https://shop.example/cart");
  origin.run_for(10'000);
  CHECK(counted(origin.arrived) ==
        std::map<std::string, int>{{"now", 1}, {"page_leave", 1}, {"page_view", 1}});
}

TEST_CASE("what is no call is counted as unreadable", "[early]") {
  Origin origin;
  origin.server = delivered;
  EarlyPage early{origin};
  const char* const members =
      GENERATE(R"("n":"")", R"("n":5)", R"("x":1)", R"("n":"a" "b")", R"("n":["a"])");
  early.put(members);
  origin.sleep(60'000);
  Host page(origin);
  origin.run_for(5000);
  REQUIRE(page.reports.size() == 1);
  CHECK(page.reports[0]["reason"] == "unreadable");
  CHECK(!left_in(origin));
}

TEST_CASE("calls of an app are removed with everything else once consent is denied", "[early]") {
  Origin origin;
  EarlyPage early{origin};
  early.view();
  early.event("first");
  Host page(origin, R"("consent":"granted")");
  page.decide("denied");
  CHECK(!left_in(origin));
}

TEST_CASE("a call that the rate guard drops leaves nothing behind", "[early]") {
  Origin origin;
  EarlyPage early{origin};
  early.event("first");
  Host page(origin, "", early.facts(false));
  page.client.handle_early(early.times[0] + " 1");
  page.drain();
  CHECK(!left_in(origin));
}
