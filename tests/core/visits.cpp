// What an event says of its visit: session, view, page, number; and what of it outlives the page.
#include "catch.hpp"
#include "core/host.h"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

using Names = std::vector<std::string>;

int delivered(const Sent&) { return 200; }

/// The events that the server took, in the order of their arrival.
std::vector<nlohmann::json> events_of(const Origin& origin) {
  std::vector<nlohmann::json> events;
  for (const std::string& text : origin.bodies) {
    const auto body = parsed(text);
    if (body.contains("events")) {
      for (const auto& event : body["events"]) events.push_back(event);
    } else if (body.contains("event_name")) {
      events.push_back(body);
    }
  }
  return events;
}

std::vector<std::string> all(const Origin& origin, const std::string& property) {
  std::vector<std::string> values;
  for (const auto& event : events_of(origin)) {
    const auto& value = event["properties"][property];
    values.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return values;
}

bool are_equal(const std::vector<std::string>& values) {
  return std::equal(values.begin() + 1, values.end(), values.begin());
}

}  // namespace

TEST_CASE("a page that is hidden and then ended is left, as the next page reports", "[visits]") {
  Origin origin;
  origin.server = delivered;
  const bool hooks = GENERATE(false, true);
  {
    Host phone(origin, R"("autoEvents":true)", {.hooks = hooks});
    origin.run_for(4500);
    phone.visible(false);
    origin.run_for(60000);
    CHECK(origin.arrived == Names{"page_view"});
  }
  Host next(origin);
  origin.run_for(60000);
  CHECK(origin.arrived == Names{"page_view", "page_leave"});
  const auto events = events_of(origin);
  CHECK(events[1]["properties"]["visible_ms"] == 4500);
  CHECK(events[1]["properties"]["$view_id"] == events[0]["properties"]["$view_id"]);
  CHECK(events[1]["properties"]["$session_id"] == events[0]["properties"]["$session_id"]);
  CHECK(events[1]["properties"]["$seq"] == 2);
}

TEST_CASE("what hooks track while they see the leave of a hidden page is an event of its own",
          "[visits]") {
  Origin origin;
  origin.server = delivered;
  {
    Host phone(origin, R"("autoEvents":true)", {.hooks = true});
    origin.run_for(4500);
    phone.composing = [&](const std::string& name) {
      if (name == "page_leave") phone.client.track("seen", "", "", origin.now.wall, origin.now);
    };
    phone.visible(false);
  }
  Host next(origin);
  origin.run_for(60000);
  CHECK(origin.arrived == Names{"page_view", "seen", "page_leave"});
  CHECK(all(origin, "$seq") == Names{"1", "2", "3"});
}

TEST_CASE("a page that is seen again is left once, and says how long it was seen", "[visits]") {
  Origin origin;
  origin.server = delivered;
  const bool hooks = GENERATE(false, true);
  Host page(origin, R"("autoEvents":true)", {.hooks = hooks});
  origin.run_for(4500);
  page.visible(false);
  page.track("in_background");
  origin.run_for(60000);
  page.visible(true);
  origin.run_for(1000);
  page.leave();
  Host next(origin);
  origin.run_for(60000);
  CHECK(origin.arrived == Names{"page_view", "in_background", "page_leave"});
  CHECK(events_of(origin)[2]["properties"]["visible_ms"] == 5500);
  CHECK(all(origin, "$seq") == Names{"1", "2", "3"});
}

TEST_CASE("a view that is pending when the page crashes is reported by the next page", "[visits]") {
  Origin origin;
  origin.server = delivered;
  {
    Host page(origin, R"("autoEvents":true)");
    origin.run_for(5000);
    page.track("early");
    page.go("https://shop.example/tea");
    page.track("late");
    origin.run_for(100);
  }
  Host next(origin);
  origin.run_for(60000);
  CHECK(origin.arrived == Names{"page_view", "early", "late", "page_view"});
  CHECK(all(origin, "$seq") == Names{"1", "2", "3", "4"});
  const Names views = all(origin, "$view_id");
  CHECK(views[0] == views[1]);
  CHECK(views[2] == views[3]);
  CHECK(views[0] != views[2]);
}

TEST_CASE("an event says its view, its number, its page, and the clock when it was sent",
          "[visits]") {
  Origin origin;
  origin.server = delivered;
  Host page(origin, R"("autoEvents":true)",
            {.url = "https://shop.example/caf%c3%a9?email=jane@x.example"});
  origin.run_for(2000);
  page.track("with_page", R"({"page":"mine"})");
  page.track("without_page");
  const std::string sent_at = "2025-11-23T20:00:0";
  origin.run_for(5000);
  page.leave();
  REQUIRE(origin.arrived == Names{"page_view", "with_page", "without_page", "page_leave"});
  const auto events = events_of(origin);
  const std::string document = all(origin, "$view_id")[0].substr(0, 11);
  CHECK(document.back() == '.');
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& properties = events[i]["properties"];
    CHECK(properties["$view_id"] == document + "1");
    CHECK(properties["$seq"] == i + 1);
    CHECK(properties["$sent_at"] >= properties["$timestamp"]);
    CHECK(properties.contains("$page") == (i == 2));
  }
  CHECK(events[2]["properties"]["$page"] == "/caf%C3%A9");
}

TEST_CASE("a copy of an event that is sent again says the new clock", "[visits]") {
  Origin origin;
  Host page(origin);
  page.track("e");
  origin.run_for(1000);
  page.answer(500);
  origin.server = delivered;
  origin.run_for(600000);
  REQUIRE(page.sent.size() >= 2);
  const auto first = parsed(page.sent[0].body)["properties"];
  const auto second = parsed(page.sent[1].body)["properties"];
  CHECK(first["$event_id"] == second["$event_id"]);
  CHECK(first["$sent_at"] < second["$sent_at"]);
}

TEST_CASE("each session that begins has its session_start, whatever event began it", "[visits]") {
  Origin origin;
  origin.server = delivered;
  Host page(origin, R"("autoEvents":{"pageLeave":false,"sessionStart":true})");
  origin.run_for(5000);
  CHECK(origin.arrived == Names{"session_start", "page_view"});
  SECTION("after a pause") { origin.sleep(kHour); }
  SECTION("after a logout") { page.reset(); }
  SECTION("as another user") {
    page.set_user_id("\"user_1\"");
    page.set_user_id("\"user_2\"");
  }
  origin.arrived.clear();
  origin.bodies.clear();
  page.track("e");
  page.track("f");
  origin.run_for(5000);
  std::erase_if(origin.arrived, [](const auto& name) {
    return name.starts_with("user ") || name.starts_with("alias ");
  });
  CHECK(origin.arrived == Names{"session_start", "e", "f"});
  CHECK(are_equal(all(origin, "$session_id")));
  CHECK(are_equal(all(origin, "$view_id")));
}

TEST_CASE("the end of a view belongs to the view's session, however late it comes", "[visits]") {
  Origin origin;
  origin.server = delivered;
  Host page(origin, R"("autoEvents":true)");
  origin.run_for(5000);
  SECTION("when the page is left") {
    origin.sleep(kHour);
    page.leave();
  }
  SECTION("when the app goes on, which begins a session") {
    origin.sleep(kHour);
    page.go("https://shop.example/tea");
    origin.run_for(10000);
    CHECK(origin.arrived == Names{"page_view", "page_leave", "page_view"});
    CHECK(all(origin, "$session_id")[2] != all(origin, "$session_id")[0]);
  }
  const Names sessions = all(origin, "$session_id");
  REQUIRE(sessions.size() >= 2);
  CHECK(sessions[1] == sessions[0]);
}

TEST_CASE("tabs and frames that are opened at once are one session", "[visits]") {
  Origin origin;
  origin.server = delivered;
  origin.silent = GENERATE(false, true);
  std::deque<Host> pages;
  for (int i = 0; i < 30; ++i) pages.emplace_back(origin, R"("autoEvents":true)");
  origin.run_for(10000);
  const Names sessions = all(origin, "$session_id");
  REQUIRE(sessions.size() == 30);
  CHECK(are_equal(sessions));
}

TEST_CASE("two sessions that begin in the same moment become one, in what waits too", "[visits]") {
  Origin origin;
  origin.server = delivered;
  Host page(origin, R"("autoEvents":true)");
  page.track("before");
  std::string key;
  for (const auto& [name, text] : origin.storage) {
    if (name.ends_with(".s")) key = name;
  }
  REQUIRE_FALSE(key.empty());
  page.hear(key, "000000000000 " + std::to_string(origin.now.wall) + "!");
  page.track("after");
  origin.run_for(10000);
  page.leave();
  CHECK(all(origin, "$session_id") == Names(4, "000000000000"));
}

TEST_CASE("nothing is sent of a new session before those who may have begun it agree", "[visits]") {
  Origin origin;
  origin.server = delivered;
  origin.silent = true;
  // It would send at once otherwise.
  Host page(origin, "", {.visible = false});
  page.track("e");
  std::string key;
  for (const auto& [name, text] : origin.storage) {
    if (name.ends_with(".s")) key = name;
  }
  REQUIRE_FALSE(key.empty());
  const std::string own = origin.storage[key];
  origin.run_for(700);
  CHECK(page.sent.empty());
  SECTION("nobody else") {
    origin.run_for(100);
    CHECK(origin.arrived == Names{"e"});
  }
  SECTION("another one, whose session it has overwritten") {
    page.hear(key, own);
    origin.run_for(700);
    CHECK(page.sent.empty());
    page.hear(key, "000000000000 " + std::to_string(origin.now.wall) + "!");
    origin.run_for(700);
    CHECK(page.sent.empty());
    origin.run_for(100);
    CHECK(origin.arrived == Names{"e"});
    CHECK(all(origin, "$session_id") == Names{"000000000000"});
  }
  SECTION("a page that leaves") {
    page.leave();
    CHECK(page.sent.size() == 1);
    return;
  }
  SECTION("a flush") {
    page.flush(1);
    CHECK(page.sent.size() == 1);
  }
  // Later nothing waits.
  origin.run_for(10000);
  page.track("later");
  CHECK(names_in(page.sent.back()) == Names{"later"});
}

TEST_CASE("an id that was sent and then lost against another tab's is linked to it", "[visits]") {
  Origin origin;
  origin.server = delivered;
  Host page(origin);
  page.track("e");
  const std::string mine(page.client.user_id());
  const std::string other = make_anonymous_id({});
  SECTION("sent") {
    origin.run_for(2000);
    page.hear("appizer_user_id", other);
    origin.run_for(10000);
    CHECK(origin.arrived == Names{"e", "user " + other, "alias " + other});
    CHECK(parsed(origin.bodies.back())["alias_id"] == mine);
  }
  SECTION("not sent yet") {
    page.hear("appizer_user_id", other);
    origin.run_for(10000);
    // A third tab may have found it in storage, and have sent something under it.
    CHECK(std::count(origin.arrived.begin(), origin.arrived.end(), "alias " + other) == 1);
    CHECK(origin.arrived.back() == "e");
    CHECK(parsed(origin.bodies.back())["user_id"] == other);
  }
  SECTION("named in the other tab") {
    page.hear("appizer_user_id", "user_1");
    origin.run_for(10000);
    CHECK(contains(origin.bodies.back(), "alias_id") ==
          (parsed(origin.bodies.back())["alias_id"] == mine));
    CHECK(std::count(origin.arrived.begin(), origin.arrived.end(), "alias user_1") == 1);
  }
}

TEST_CASE("each of two logouts that wait for consent in two tabs begins a visitor of its own",
          "[visits]") {
  Origin origin;
  origin.server = delivered;
  std::deque<Host> tabs;
  for (const std::string tab : {"first", "second"}) {
    tabs.emplace_back(origin, R"("rememberConsent":true,"consent":"pending")");
    tabs.back().track(tab + "_before");
    tabs.back().reset();
    tabs.back().track(tab + "_after");
  }
  // Storage reports it to the other tab, which then carries out a logout too, a moment later.
  tabs[0].decide("granted");
  origin.run_for(10000);
  std::map<std::string, std::string> owners;
  for (const auto& event : events_of(origin)) owners[event["event_name"]] = event["user_id"];
  REQUIRE(owners.size() == 4);
  // The second tab begins as the visitor that the first one's logout began.
  CHECK(owners["second_before"] == owners["first_after"]);
  CHECK(owners["first_before"] != owners["first_after"]);
  CHECK(owners["first_after"] != owners["second_after"]);
  CHECK(owners["first_before"] != owners["second_after"]);
  for (const Host& tab : tabs) CHECK(tab.client.user_id() == owners["second_after"]);
  // A logout parts visitors: nothing links them.
  CHECK(origin.arrived.size() == 4);
}

TEST_CASE("a prerendered page waits until it is opened, and sends nothing if it never is",
          "[visits]") {
  Origin origin;
  origin.server = delivered;
  Host page(origin, R"("autoEvents":true)", {.visible = false, .prerendering = true});
  page.track("early");
  origin.run_for(60000);
  CHECK(origin.arrived.empty());
  CHECK(origin.storage.empty());
  SECTION("opened") {
    page.visible(true);
    origin.run_for(10000);
    CHECK(origin.arrived == Names{"early", "page_view"});
    CHECK(are_equal(all(origin, "$view_id")));
  }
  SECTION("never opened") {
    page.leave();
    origin.run_for(60000);
    CHECK(origin.arrived.empty());
  }
}

TEST_CASE("user records say where the visitor first came from, and where this time", "[visits]") {
  Origin origin;
  origin.server = delivered;
  {
    Host page(origin, R"("autoEvents":{"pageLeave":false})",
              {.url = "https://shop.example/?utm_campaign=spring",
               .referrer = "https://search.example/"});
    origin.run_for(5000);
    page.leave();
  }
  origin.sleep(24 * kHour);
  Host page(origin, R"("autoEvents":{"pageLeave":false})",
            {.url = "https://shop.example/tea", .referrer = "https://shop.example/"});
  origin.run_for(5000);
  page.set_user_id("\"user_1\"");
  origin.run_for(5000);
  const auto record = std::find_if(origin.bodies.begin(), origin.bodies.end(),
                                   [](const auto& body) { return contains(body, "origin"); });
  REQUIRE(record != origin.bodies.end());
  CHECK(parsed(*record)["origin"] == parsed(R"({
    "landing_page": "https://shop.example/?utm_campaign=spring",
    "referrer": "https://search.example/", "campaign": "spring", "utm_campaign": "spring",
    "last": {"landing_page": "https://shop.example/tea"}})"));
}

TEST_CASE("a session that goes on at another sub-domain keeps where the visitor came from",
          "[visits]") {
  Origin origin;
  origin.server = delivered;
  const std::string options = R"("persistence":"cookie","autoEvents":{"pageLeave":false})";
  {
    Host www(origin, options,
             {.url = "https://www.shop.example/?utm_campaign=spring",
              .referrer = "https://search.example/"});
    origin.run_for(5000);
    www.leave();
  }
  // The sub-domains share cookies alone.
  std::erase_if(origin.storage,
                [](const auto& item) { return !item.first.starts_with("cookie:"); });
  Host app(origin, options,
           {.url = "https://app.shop.example/", .referrer = "https://www.shop.example/"});
  origin.run_for(5000);
  CHECK(are_equal(all(origin, "$session_id")));
  app.set_user_id("\"user_1\"");
  origin.run_for(5000);
  const auto record = std::find_if(origin.bodies.begin(), origin.bodies.end(),
                                   [](const auto& body) { return contains(body, "origin"); });
  REQUIRE(record != origin.bodies.end());
  const auto came = parsed(*record)["origin"];
  for (const auto& from : {came, came["last"]}) {
    CHECK(from["landing_page"] == "https://www.shop.example/?utm_campaign=spring");
    CHECK(from["referrer"] == "https://search.example/");
    CHECK(from["campaign"] == "spring");
  }
}

TEST_CASE("a cookie with the user id is written again each day, however long a session is",
          "[visits]") {
  Origin origin;
  origin.server = delivered;
  Host page(origin, R"("persistence":"cookie","sessionTimeout":604800000)");
  page.track("e");
  const std::string id(page.client.user_id());
  for (int day = 0; day < 3; ++day) {
    origin.storage.erase("cookie:appizer_user_id");
    origin.sleep(24 * kHour);
    page.track("first");
    CHECK(origin.storage["cookie:appizer_user_id"] == id);
    origin.storage.erase("cookie:appizer_user_id");
    page.track("second");
    CHECK(origin.storage.count("cookie:appizer_user_id") == 0);
  }
  const auto sessions = all(origin, "$session_id");
  CHECK(are_equal(sessions));
}

TEST_CASE("a cookie that is written again does not undo what another app wrote there", "[visits]") {
  Origin origin;
  origin.server = delivered;
  const std::string options = R"("persistence":"cookie")";
  Host page(origin, options);
  Host other(origin, options + R"(,"apiBase":"https://other.example")");
  page.track("a");
  other.track("b");
  REQUIRE(std::string(page.client.user_id()) == std::string(other.client.user_id()));
  page.set_user_id("\"u1\"");
  const bool begins = GENERATE(false, true);
  if (begins) {
    origin.sleep(kHour);
  } else {
    for (int i = 0; i < 300; ++i) {
      origin.sleep(5 * kMinute);
      other.track("more");
    }
  }
  other.track("c");
  CHECK(origin.storage["cookie:appizer_user_id"] == "u1");
  origin.run_for(kMinute);
  const auto events = events_of(origin);
  const auto last = std::find_if(events.begin(), events.end(),
                                 [](const auto& event) { return event["event_name"] == "c"; });
  REQUIRE(last != events.end());
  CHECK((*last)["user_id"] == "u1");
}

TEST_CASE("a cookie with the user id is written again with each session", "[visits]") {
  Origin origin;
  origin.server = delivered;
  Host page(origin, R"("persistence":"cookie")");
  page.track("e");
  origin.storage.erase("cookie:appizer_user_id");
  page.track("f");
  CHECK(origin.storage.count("cookie:appizer_user_id") == 0);
  origin.sleep(24 * kHour);
  page.track("g");
  CHECK(origin.storage["cookie:appizer_user_id"] == std::string(page.client.user_id()));
}
