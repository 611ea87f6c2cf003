#include "client.h"

#include <algorithm>

#include "catch.hpp"
#include "core/host.h"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

using Names = std::vector<std::string>;

int delivered(const Sent&) { return 200; }

Names numbered(int from, int to) {
  Names names;
  for (int i = from; i <= to; ++i) names.push_back("e" + std::to_string(i));
  return names;
}

nlohmann::json body_of(const Sent& sent) {
  const auto body = parsed(sent.body);
  REQUIRE(body.is_object());
  return body;
}

bool was_told(const Host& host, Hint hint) {
  return std::any_of(host.hints.begin(), host.hints.end(),
                     [&](const auto& one) { return one.first == hint; });
}

std::string flush_result(int delivered_count, int dropped, int pending) {
  return "{\"delivered\":" + std::to_string(delivered_count) +
         ",\"dropped\":" + std::to_string(dropped) + ",\"pending\":" + std::to_string(pending) +
         "}";
}

// The keys of segments.
Names segments(const Origin& origin) {
  Names keys;
  for (const auto& [key, text] : origin.storage) {
    if (contains(key, ".j.")) keys.push_back(key);
  }
  return keys;
}

std::string prefix_of(const Origin& origin) {
  for (const auto& [key, text] : origin.storage) {
    if (key.starts_with("appizer.1.")) return key.substr(0, 19);
  }
  return "";
}

}  // namespace

// Commands.

TEST_CASE("an event arrives within a second, as the API has it", "[client]") {
  Origin origin;
  origin.server = delivered;
  Host host(origin);
  CHECK(host.status == Status::ok);
  CHECK(host.track("purchase_completed", R"({"amount":29.99,"currency":"USD"})") == Status::ok);
  origin.run_for(kSecond);
  REQUIRE(origin.bodies.size() == 1);
  CHECK(host.sent[0].url == "https://api.appizer.com/v1/events");

  const auto body = parsed(origin.bodies[0]);
  const auto properties = body["properties"];
  // Byte for byte, but for the ids, which are random.
  CHECK(
      origin.bodies[0] ==
      golden(
          R"({"event_name":"purchase_completed","user_id":)" + body["user_id"].dump() +
          R"(,"properties":{"amount":29.99,"currency":"USD","$event_id":)" +
          properties["$event_id"].dump() +
          R"(,"$timestamp":"2025-11-23T20:00:00.000Z","$session_id":)" +
          properties["$session_id"].dump() + R"(,"$view_id":)" + properties["$view_id"].dump() +
          R"(,"$seq":1,"$sent_at":"2025-11-23T20:00:00.800Z","$lib":"appizer-web","$lib_version":"VERSION"},"ua":"test","app_id":"demo"})"));
  origin.run();
  CHECK(origin.asleep());
  CHECK(segments(origin).empty());
}

TEST_CASE("before start, commands are refused and host events are ignored", "[client]") {
  Client client;
  const Moment now{1, 1};
  CHECK(client.track("a", "", "", 0, now) == Status::not_started);
  CHECK(client.set_user_id("\"u\"", now) == Status::not_started);
  CHECK(client.flush(1, now) == Status::not_started);
  client.handle_storage_value("k", View::none(), now);
  client.handle_storage_keys("k", now);
  client.handle_lock("l", true, now);
  client.handle_store_failed("k", now);
  client.handle_storage_cleared(now);
  client.handle_response(1, 200, {}, "", now);
  client.handle_online(false, now);
  client.handle_visibility(false, now);
  client.handle_pagehide(now);
  client.handle_handover(now);
  client.handle_pageshow(now);
  client.handle_wake(now);
  Effect effect;
  CHECK_FALSE(client.poll(effect));
  CHECK(client.next_wake() < 0);
}

TEST_CASE("a client starts once, and only with usable options", "[client]") {
  Client client;
  Effect effect;
  CHECK(client.start("?", {}, {}) == Status::options_unusable);
  CHECK(client.start(R"({"options":{},"facts":{}})", {}, {}) == Status::app_id_missing);
  CHECK_FALSE(client.poll(effect));
  CHECK(client.start(R"({"options":{"appId":"demo"},"facts":{}})", {}, {}) == Status::ok);
  CHECK(client.start(R"({"options":{"appId":"demo"},"facts":{}})", {}, {}) ==
        Status::already_started);
}

TEST_CASE("commands return what was wrong, and do as much as they can", "[client]") {
  Origin origin;
  origin.server = delivered;
  Host host(origin, R"("debug":true)");
  CHECK(host.track("") == Status::name_missing);
  CHECK(host.track(" \n ") == Status::name_missing);
  CHECK(host.track("plan_opened", "[1]") == Status::properties_unusable);
  CHECK(host.track("plan_opened", "{broken") == Status::properties_unusable);
  CHECK(host.set_user_id("\"undefined\"") == Status::user_id_unusable);
  CHECK(host.set_user_id("{}") == Status::user_id_unusable);
  CHECK(host.set_user_id("") == Status::user_id_unusable);
  CHECK(host.set_user_id("null") == Status::user_id_unusable);
  origin.run();
  CHECK(origin.arrived == Names{"plan_opened", "plan_opened"});
  CHECK(was_told(host, Hint::properties_not_an_object));
  CHECK(was_told(host, Hint::user_id_refused));
}

TEST_CASE("debug mode hints at mistakes in an event, without debug there are no hints",
          "[client]") {
  const auto [name, properties, hint] = GENERATE(table<std::string, std::string, Hint>({
      {"plan_opened", "", Hint::tracked},
      {"PlanOpened", "", Hint::name_not_snake_case},
      {"event1", "", Hint::name_says_nothing},
      {std::string(300, 'n'), "", Hint::name_cut},
      {"plan_opened", "7", Hint::properties_not_an_object},
      {"plan_opened", "{\"a\":\"" + std::string(20000, 'x') + "\"}", Hint::properties_cut},
      {"plan_opened", R"({"$lib":1})", Hint::property_name_reserved},
  }));
  Origin origin;
  Host loud(origin, R"("debug":true)");
  Host quiet(origin);
  loud.track(name, properties);
  quiet.track(name, properties);
  CHECK(was_told(loud, hint));
  CHECK(quiet.hints.empty());
}

TEST_CASE("debug mode hints at options of a wrong type or name", "[client]") {
  Origin origin;
  Host host(origin, R"("debug":true,"apiKey":"x","sessionTimeout":"long")");
  CHECK(host.status == Status::ok);
  CHECK(was_told(host, Hint::option_unknown));
  CHECK(was_told(host, Hint::option_wrong_type));
}

TEST_CASE("events of one task are one write and one batch", "[client]") {
  Origin origin;
  Host host(origin);
  const std::size_t before = host.writes;
  for (int i = 1; i <= 50; ++i) {
    host.client.track("e" + std::to_string(i), "", "", origin.now.wall, origin.now);
  }
  host.drain();
  // The session's, and the journal's.
  CHECK(host.writes - before == 2);
  origin.server = delivered;
  origin.run_for(kSecond);
  CHECK(host.sent.size() == 1);
  CHECK(origin.arrived == numbered(1, 50));
}

TEST_CASE("an event has the time at which it happened, not at which the core got it", "[client]") {
  Origin origin;
  Host host(origin);
  host.client.track("early", "", "", origin.now.wall - 5000, origin.now);
  host.drain();
  origin.run_for(kSecond);
  const auto properties = body_of(host.sent[0])["properties"];
  CHECK(properties["$timestamp"] == "2025-11-23T19:59:55.000Z");
}

TEST_CASE("an event may belong to another app", "[client]") {
  Origin origin;
  origin.server = delivered;
  Host host(origin);
  host.client.track("a", "", "", origin.now.wall, origin.now);
  host.client.track("b", "", "other", origin.now.wall, origin.now);
  host.client.track("c", "", "", origin.now.wall, origin.now);
  host.drain();
  origin.run();
  REQUIRE(host.sent.size() == 3);
  CHECK(body_of(host.sent[0])["app_id"] == "demo");
  CHECK(body_of(host.sent[1])["app_id"] == "other");
  CHECK(origin.arrived == Names{"a", "b", "c"});
}

// Who.

TEST_CASE("a visitor keeps an id from page to page", "[client]") {
  Origin origin;
  origin.server = delivered;
  for (int page = 0; page < 3; ++page) {
    Host host(origin);
    host.track("a");
    origin.run_for(kMinute);
  }
  REQUIRE(origin.bodies.size() == 3);
  const auto first = parsed(origin.bodies[0]);
  for (const std::string& body : origin.bodies) {
    CHECK(parsed(body)["user_id"] == first["user_id"]);
    CHECK(parsed(body)["properties"]["$session_id"] == first["properties"]["$session_id"]);
  }
  CHECK(origin.storage["appizer_user_id"] == first["user_id"]);
}

TEST_CASE("setUserId creates the user, then links the anonymous id", "[client]") {
  Origin origin;
  origin.server = delivered;
  Host host(origin);
  const std::string anonymous(host.client.user_id());
  host.track("before");
  CHECK(host.set_user_id("\"user_123\"") == Status::ok);
  host.track("after");
  origin.run();
  CHECK(origin.arrived == Names{"user user_123", "alias user_123", "before", "after"});
  CHECK(origin.bodies[0] == R"({"user_id":"user_123","app_id":"demo"})");
  CHECK(origin.bodies[1] ==
        R"({"user_id":"user_123","alias_id":")" + anonymous + R"(","app_id":"demo"})");
  const auto events = parsed(origin.bodies[2])["events"];
  CHECK(events[0]["user_id"] == anonymous);
  CHECK(events[1]["user_id"] == "user_123");
  CHECK(events[0]["properties"]["$session_id"] == events[1]["properties"]["$session_id"]);
}

TEST_CASE("setting the same user id again changes nothing", "[client]") {
  Origin origin;
  origin.server = delivered;
  Host host(origin);
  host.set_user_id("\"user_1\"");
  origin.run();
  host.set_user_id("\"user_1\"");
  Host next(origin);
  next.set_user_id("\"user_1\"");
  origin.run();
  CHECK(origin.arrived == Names{"user user_1", "alias user_1"});
}

TEST_CASE("a second known user on the device is not linked to the first, and gets a new session",
          "[client]") {
  Origin origin;
  origin.server = delivered;
  Host host(origin);
  host.set_user_id("\"user_1\"");
  host.track("a");
  origin.run();
  host.set_user_id("\"user_2\"");
  host.track("b");
  origin.run();
  CHECK(origin.arrived == Names{"user user_1", "alias user_1", "a", "user user_2", "b"});
  CHECK(parsed(origin.bodies[2])["properties"]["$session_id"] !=
        parsed(origin.bodies[4])["properties"]["$session_id"]);
}

TEST_CASE("a user id may be a number, which counts as its digits", "[client]") {
  Origin origin;
  Host host(origin);
  CHECK(host.set_user_id("12345") == Status::ok);
  CHECK(host.client.user_id() == "12345");
  CHECK(host.set_user_id("0") == Status::user_id_unusable);
  CHECK(host.set_user_id(" 77 ") == Status::ok);
  CHECK(host.client.user_id() == "77");
  CHECK(host.set_user_id("true") == Status::user_id_unusable);
  CHECK(host.set_user_id("[1]") == Status::user_id_unusable);
}

TEST_CASE("a refused alias does not hold back events", "[client]") {
  Origin origin;
  origin.server = [](const Sent& sent) { return contains(sent.url, "/users") ? 400 : 200; };
  Host host(origin);
  host.set_user_id("\"user_1\"");
  host.track("a");
  origin.run();
  CHECK(origin.arrived == Names{"a"});
  CHECK(host.reports.size() == 2);
  CHECK(origin.asleep());
}

TEST_CASE("what is tracked in the task that gives consent belongs to the visitor", "[client]") {
  Origin origin;
  origin.server = delivered;
  Host host(origin, R"("consent":"pending")");
  host.track("waited");
  CHECK(host.sent.empty());
  CHECK(origin.storage.empty());
  host.client.set_consent("\"granted\"", {1, 2, 3}, origin.now);
  host.client.track("at_once", "", "", origin.now.wall, origin.now);
  host.client.set_user_id("\"user_1\"", origin.now);
  host.client.track("named", "", "", origin.now.wall, origin.now);
  host.client.flush(1, origin.now);
  host.drain();
  origin.run();
  CHECK(origin.arrived == Names{"user user_1", "alias user_1", "waited", "at_once", "named"});
  const auto events = parsed(origin.bodies.back())["events"];
  CHECK(events[0]["user_id"] == events[1]["user_id"]);
  CHECK(events[0]["user_id"].get<std::string>().size() == 36);
  CHECK(events[2]["user_id"] == "user_1");
  CHECK(host.flushed[1] == flush_result(5, 0, 0));
}

TEST_CASE("session_start precedes the first view, whatever event came before", "[client]") {
  Origin origin;
  origin.server = delivered;
  const bool pending = GENERATE(false, true);
  CAPTURE(pending);
  const std::string consent = pending ? R"(,"consent":"pending")" : "";
  {
    Host host(origin, R"("autoEvents":{"pageLeave":false,"sessionStart":true})" + consent);
    host.track("early");
    origin.run_for(kSecond);
    if (pending) host.client.set_consent("\"granted\"", {1, 2, 3}, origin.now);
    host.drain();
    origin.run_for(kMinute);
    std::sort(origin.arrived.begin(), origin.arrived.end());
    CHECK(origin.arrived == Names{"early", "page_view", "session_start"});
    const auto events = parsed(origin.bodies.back())["events"];
    for (const auto& event : events) {
      CHECK(event["properties"]["$session_id"] == events[0]["properties"]["$session_id"]);
      if (event["event_name"] != "session_start") continue;
      CHECK(event["properties"]["url"] == "https://shop.example/");
    }
  }
  // The next page is in the same visit.
  origin.arrived.clear();
  Host next(origin, R"("autoEvents":{"pageLeave":false,"sessionStart":true})");
  origin.run();
  CHECK(origin.arrived == Names{"page_view"});
}

TEST_CASE("a view keeps the user id of when it was seen, also through hooks", "[client]") {
  Origin origin;
  origin.server = delivered;
  const bool hooks = GENERATE(false, true);
  CAPTURE(hooks);
  Host host(origin, R"("autoEvents":{"pageLeave":false})", {.hooks = hooks});
  const std::string before(host.client.user_id());
  host.set_user_id("\"user_1\"");
  host.track("named");
  origin.run();
  const auto events = parsed(origin.bodies.back())["events"];
  REQUIRE(events.size() == 2);
  for (const auto& event : events) {
    CHECK(event["user_id"] == (event["event_name"] == "page_view" ? before : "user_1"));
  }
}

TEST_CASE("a session ends with its user, on the next page and in other tabs too", "[client]") {
  Origin origin;
  origin.server = delivered;
  Host other(origin);
  {
    Host host(origin);
    host.set_user_id("\"user_1\"");
    host.track("first");
    SECTION("by a logout") { host.reset(); }
    SECTION("by another user id") { host.set_user_id("\"user_2\""); }
  }
  other.track("second");
  Host next(origin);
  next.track("third");
  origin.run();
  std::map<std::string, std::string> sessions;
  for (const std::string& body : origin.bodies) {
    const auto event = parsed(body);
    if (!event.contains("event_name")) continue;
    sessions[event["event_name"]] = event["properties"]["$session_id"];
  }
  REQUIRE(sessions.size() == 3);
  CHECK(sessions["second"] != sessions["first"]);
  CHECK(sessions["second"] == sessions["third"]);
}

TEST_CASE("with cookies a tab follows another when the visitor turns to it", "[client]") {
  Origin origin;
  origin.server = delivered;
  const std::string options = R"("persistence":"cookie")";
  Host host(origin, options);
  Host other(origin, options);
  origin.silent = true;  // as cookies are
  host.set_user_id("\"user_1\"");
  host.reset();
  other.visible(false);
  other.visible(true);
  CHECK(other.client.user_id() == host.client.user_id());
  other.set_user_id("\"user_2\"");
  origin.run();
  std::map<std::string, int> linked;
  for (const std::string& body : origin.bodies) {
    const auto alias = parsed(body);
    if (alias.contains("alias_id")) ++linked[alias["alias_id"]];
  }
  CHECK(linked.size() == 2);  // two anonymous ids, one for each

  // A cookie that is lost changes nothing while the page lives.
  for (auto at = origin.storage.begin(); at != origin.storage.end();) {
    at = at->first.starts_with("cookie:") ? origin.storage.erase(at) : std::next(at);
  }
  other.visible(false);
  other.visible(true);
  CHECK(other.client.user_id() == "user_2");
}

TEST_CASE("pages of a site follow a change in a cookie too", "[client]") {
  Origin origin;
  origin.server = delivered;
  const std::string options = R"("persistence":"cookie")";
  Host host(origin, options);
  Host other(origin, options);
  origin.run();
  // Both were new, and have agreed.
  CHECK(host.client.user_id() == other.client.user_id());
  host.set_user_id("\"user_1\"");
  origin.run();
  CHECK(other.client.user_id() == "user_1");
  other.set_user_id("\"user_1\"");
  other.reset();
  origin.run();
  CHECK(host.client.user_id() == other.client.user_id());
  CHECK(host.client.user_id() != "user_1");
  CHECK(std::count(origin.arrived.begin(), origin.arrived.end(), "alias user_1") == 1);
}

TEST_CASE("a logout that waits for consent keeps its place", "[client]") {
  Origin origin;
  origin.server = delivered;
  Host host(origin, R"("consent":"pending")");
  host.set_user_id("\"user_1\"");
  host.track("named");
  host.reset();
  host.track("after");
  host.decide("granted");
  origin.run();
  const auto events = parsed(origin.bodies.back())["events"];
  CHECK(events[0]["user_id"] == "user_1");
  CHECK(events[1]["user_id"] == std::string(host.client.user_id()));
  CHECK(events[1]["user_id"] != "user_1");
}

TEST_CASE("with rememberConsent all pages of the site follow a decision", "[client]") {
  Origin origin;
  origin.server = delivered;
  const std::string options = R"("rememberConsent":true)";
  Host host(origin, options);
  Host other(origin, options);
  Host cached(origin, options);
  const std::string before(other.client.user_id());
  CHECK_FALSE(before.empty());
  cached.track("left");
  cached.leave();

  host.decide("denied");
  other.track("too_late");
  cached.come_back();
  for (Host* each : {&host, &other, &cached}) CHECK(each->client.user_id().empty());
  CHECK(origin.storage.size() == 1);
  CHECK(origin.storage.begin()->second == "denied");
  const std::size_t sent = other.sent.size() + cached.sent.size();
  origin.run();
  CHECK(other.sent.size() + cached.sent.size() == sent);

  other.decide("granted");
  CHECK(host.client.user_id() == other.client.user_id());
  CHECK(host.client.user_id() != before);
  other.decide("pending");  // too late for that
  CHECK(host.client.user_id() == other.client.user_id());
}

TEST_CASE("events say which decision they were recorded under", "[client]") {
  const auto last = [](Origin& origin) {
    origin.run();
    const auto body = parsed(origin.bodies.back());
    const auto& event = body.contains("events") ? body["events"].back() : body;
    return event["properties"].value("$consent", "");
  };
  Origin origin;
  origin.server = delivered;
  {
    Host unasked(origin);
    unasked.track("a", R"({"$consent":"made up"})");
    CHECK(last(origin).empty());
  }
  Host host(origin, R"("rememberConsent":true,"consent":"pending")");
  host.track("waits");
  host.decide_as(R"({"state":"granted","decision":"banner 2"})");
  CHECK(last(origin) == "banner 2");
  // The decision of another version, without a change of the state; and one without a name.
  host.decide_as(R"({"state":"granted","decision":")" + std::string(120, 'x') + "\"}");
  host.track("b");
  CHECK(last(origin) == std::string(100, 'x'));
  Host next(origin, R"("rememberConsent":true)");
  next.track("c");
  CHECK(last(origin) == std::string(100, 'x'));
  host.decide("granted");
  next.track("d");
  CHECK(last(origin) == "granted");
  Host given(origin, R"("consent":"granted")");
  given.track("e");
  CHECK(last(origin) == "granted");
  CHECK(host.client.set_consent(R"({"state":"maybe"})", {}, origin.now) ==
        Status::consent_unusable);
}

TEST_CASE("denied consent removes stored data and is remembered, also while storage fails",
          "[client]") {
  Origin origin;
  {
    Host before(origin, R"("persistence":"both")");
    before.track("a");
  }
  CHECK(origin.storage.size() > 4);
  const std::string options = R"("cookieless":true,"rememberConsent":true)";
  {
    Host host(origin, options);
    host.track("b");
    host.decide("denied");
  }
  CHECK(origin.storage.size() == 1);
  Host next(origin, options);
  CHECK(next.client.user_id().empty());
  next.decide("granted");
  next.track("c");
  CHECK_FALSE(next.client.user_id().empty());
  CHECK(origin.storage.size() == 1);
}

TEST_CASE("session_start is recorded without page views where only sessions are on", "[client]") {
  Origin origin;
  origin.server = delivered;
  Host host(origin, R"("autoEvents":{"pageViews":false,"pageLeave":false,"sessionStart":true})");
  origin.run();
  CHECK(origin.arrived == Names{"session_start"});
}

TEST_CASE("a stored decision counts only with rememberConsent", "[client]") {
  Origin origin;
  Host host(origin, R"("rememberConsent":true)");
  Host other(origin);
  host.decide("denied");
  CHECK_FALSE(other.client.user_id().empty());
}

// What outlives the page.

TEST_CASE("pending events survive a reload", "[client]") {
  Origin origin;
  {
    Host host(origin);
    host.track_many(3);
    CHECK(segments(origin).size() == 1);
  }
  origin.server = delivered;
  Host next(origin);
  origin.run_for(5 * kSecond);
  CHECK(origin.arrived == numbered(1, 3));
  CHECK(segments(origin).empty());
  origin.run();
  CHECK(origin.asleep());
}

TEST_CASE("a request that was in flight at a crash is sent again with the same event ids",
          "[client]") {
  Origin origin;
  std::string first;
  {
    Host host(origin);
    host.track("a");
    origin.run_for(kSecond);
    REQUIRE(host.sent.size() == 1);
    first = host.sent[0].body;
  }
  origin.server = delivered;
  Host next(origin);
  origin.run();
  REQUIRE(origin.bodies.size() == 1);
  auto again = parsed(origin.bodies[0]);
  auto before = parsed(first);
  // The clock when it is sent is another.
  again["properties"].erase("$sent_at");
  before["properties"].erase("$sent_at");
  CHECK(again == before);
}

TEST_CASE("many orphaned records are taken over in order, ahead of new events", "[client]") {
  Origin origin;
  {
    Host host(origin, "", {.online = false});
    host.track_many(500, "{\"text\":\"" + std::string(200, 'x') + "\"}");
  }
  origin.server = delivered;
  Host next(origin);
  next.track("next");
  origin.run();
  Names expected = numbered(1, 500);
  expected.insert(expected.begin(), "next");  // it left before the look around
  CHECK(origin.arrived == expected);
  CHECK(segments(origin).empty());
}

TEST_CASE("no page takes over the segments of a tab that is alive", "[client]") {
  const bool locks = GENERATE(true, false);
  Origin origin;
  Host one(origin, "", {.locks = locks});
  one.track_many(3);
  Host other(origin, "", {.locks = locks});
  origin.run_for(20 * kSecond);
  CHECK(other.sent.empty());
  for (Sent& sent : one.sent) CHECK(names_in(sent) == numbered(1, 3));
}

TEST_CASE("one of several tabs takes over orphaned segments", "[client]") {
  const bool locks = GENERATE(true, false);
  Origin origin;
  {
    Host host(origin, "", {.locks = locks});
    host.track_many(3);
  }
  origin.sleep(10 * kMinute);
  origin.server = delivered;
  std::deque<Host> tabs;
  for (int i = 0; i < 5; ++i) tabs.emplace_back(origin, "", Host::Facts{.locks = locks});
  origin.run();
  CHECK(origin.arrived == numbered(1, 3));
  CHECK(origin.asleep());
}

TEST_CASE("without locks a crashed tab's events are sent when its lease has run out", "[client]") {
  Origin origin;
  {
    Host host(origin, "", {.locks = false});
    host.track("a");
  }
  origin.server = delivered;
  Host next(origin, "", {.locks = false});
  origin.run_for(Leases::kLength - kMinute);
  CHECK(origin.arrived.empty());
  origin.run_for(2 * kMinute);
  CHECK(origin.arrived == Names{"a"});
  CHECK(origin.asleep());
}

TEST_CASE("the keys of another app on the same origin, and foreign keys, are not touched",
          "[client]") {
  Origin origin;
  {
    Host host(origin);
    host.track("a");
  }
  const std::string prefix = prefix_of(origin);
  REQUIRE_FALSE(prefix.empty());
  const std::map<std::string, std::string> foreign = {
      {"appizer.1.otherapp.j.dead.e0", "x"},
      {"appizer.2." + prefix.substr(10) + "j.dead.e0", "x"},
      {prefix + "j.dead.x0", "x"},
      {prefix + "j.dead", "x"},
      {"cart", "{}"},
  };
  origin.storage.insert(foreign.begin(), foreign.end());
  origin.server = delivered;
  Host next(origin);
  origin.run();
  CHECK(origin.arrived == Names{"a"});
  for (const auto& [key, text] : foreign) CHECK(origin.storage[key] == text);
}

TEST_CASE("garbage in each of our storage keys does no harm", "[client]") {
  const auto garbage = GENERATE(values<std::string>(
      {"", "garbage", "{}", "[object Object]", "\n\n\n", std::string("\0\xff\xfe", 3),
       "99999999999999999999 99999999999999999999 99999999999999999999", std::string(100000, 'x'),
       "9223372036854775807 9223372036854775807 9223372036854775807"}));
  Origin origin;
  {
    Host host(origin, "", {.locks = false});
    host.track("lost");
    origin.run_for(kSecond);
    host.answer(503);
  }
  for (auto& [key, text] : origin.storage) text = garbage;
  origin.server = delivered;
  Host host(origin, "", {.locks = GENERATE(true, false)});
  host.track("a");
  origin.run();
  CHECK(origin.arrived == Names{"a"});
  CHECK(origin.asleep());
  CHECK(is_plausible_user_id(parsed(origin.bodies[0])["user_id"].get<std::string>()));
}

TEST_CASE("damaged records are counted, and reported to onError and the server", "[client]") {
  Origin origin;
  {
    Host host(origin);
    host.track_many(3);
  }
  std::string& text = origin.storage[segments(origin).at(0)];
  text[text.find("\"e2\"") + 1] = 'X';
  origin.server = delivered;
  Host next(origin, R"("debug":true)");
  origin.run();
  CHECK(origin.arrived == Names{"e1", "e3"});
  REQUIRE(next.reports.size() == 1);
  CHECK(next.reports[0]["reason"] == "unreadable");
  CHECK(next.reports[0]["count"] == 1);
  CHECK(was_told(next, Hint::record_set_aside));
  CHECK(parsed(origin.bodies[0])["events"][1]["properties"]["$dropped"] == 1);
}

TEST_CASE("without storage everything works except across reloads", "[client]") {
  Origin origin;
  origin.storage_fails = true;
  origin.server = delivered;
  Host host(origin, R"("debug":true)");
  host.track_many(3);
  host.set_user_id("\"user_1\"");
  origin.run();
  CHECK(origin.arrived == Names{"user user_1", "alias user_1", "e1", "e2", "e3"});
  CHECK(origin.asleep());
  CHECK(std::count_if(host.hints.begin(), host.hints.end(),
                      [](const auto& one) { return one.first == Hint::storage_failing; }) == 1);
}

TEST_CASE("storage that works again gets all pending events", "[client]") {
  Origin origin;
  {
    Host host(origin, R"("debug":true)", {.online = false});
    origin.storage_fails = true;
    host.track_many(50, "{\"text\":\"" + std::string(1000, 'x') + "\"}");
    origin.storage_fails = false;
    origin.sleep(Journal::kStoragePause);
    host.track_many(1);
    CHECK(was_told(host, Hint::storage_recovered));
  }
  origin.server = delivered;
  Host next(origin);
  origin.run();
  CHECK(origin.arrived == numbered(1, 51));
}

TEST_CASE("when storage is emptied while the page lives, nothing is lost", "[client]") {
  Origin origin;
  std::string user;
  {
    Host host(origin, "", {.online = false});
    host.track_many(3);
    user = host.client.user_id();
    host.lose_storage();
    CHECK(host.client.user_id() == user);
  }
  CHECK(origin.storage["appizer_user_id"] == user);
  origin.server = delivered;
  Host next(origin);
  origin.run();
  CHECK(origin.arrived == numbered(1, 3));
}

TEST_CASE("ten thousand events that wait change nothing for the next one", "[client]") {
  Origin origin;
  Host host(origin, "", {.online = false});
  std::size_t largest = 0;
  for (int i = 0; i < 10000; ++i) {
    host.track("event", R"({"amount":29.99,"currency":"USD"})");
    largest = std::max(largest, host.last_write);
  }
  CHECK(largest < Journal::kRewritten + 1000);
  const std::size_t writes = host.writes;
  host.track("one_more");
  CHECK(host.writes == writes + 1);
  CHECK(host.last_write < Journal::kRewritten + 1000);
  origin.run_for(Orphans::kFirstScan);
  CHECK(host.client.next_wake() > Delivery::kOfflinePause / 2);
}

TEST_CASE("what a loop tracks before its session is known is all kept", "[client]") {
  Origin origin;
  origin.server = delivered;
  const bool hooks = GENERATE(false, true);
  Host host(origin, R"("autoEvents":{"sessionStart":true,"pageViews":false,"pageLeave":false})",
            {.hooks = hooks});
  std::size_t waiting = 0;
  // One task, as a page in a loop is: only where the client asks for it are effects performed.
  for (int i = 0; i < 10000; ++i) {
    host.client.track("e" + std::to_string(i + 1), "", "", origin.now.wall, origin.now);
    if (!host.client.waits_for_storage()) continue;
    ++waiting;
    host.drain();
  }
  CHECK(waiting == 1);
  host.drain();
  CHECK(host.reports.empty());
  origin.run();
  auto expected = numbered(1, 10000);
  expected.insert(expected.begin(), "session_start");
  CHECK(origin.arrived == expected);
}

TEST_CASE("storage stays within the caps", "[client]") {
  Origin origin;
  Host host(origin, R"("maxQueueEvents":100,"maxQueueBytes":50000)", {.online = false});
  host.track_many(1000, "{\"text\":\"" + std::string(300, 'x') + "\"}");
  std::size_t stored = 0;
  for (const auto& [key, text] : origin.storage) stored += text.size();
  CHECK(stored < 60000);
  std::size_t reported = 0;
  for (const auto& report : host.reports) reported += report["count"].get<std::size_t>();
  origin.server = delivered;
  host.online(true);
  origin.run();
  CHECK(origin.arrived.size() + reported == 1000);
  CHECK(origin.arrived.back() == "e1000");
  CHECK(parsed(origin.bodies[0])["events"][0]["properties"]["$dropped"] == reported);
}

TEST_CASE("denying and granting in one task makes a new visitor and sends nothing of the old one",
          "[client][consent]") {
  const auto options = GENERATE(values<std::string>(
      {"", R"("cookieless":true)", R"("rememberConsent":true,"consent":"granted")"}));
  CAPTURE(options);
  Origin origin;
  Host host(origin, options);
  host.track("before");
  origin.run_for(2 * kSecond);
  REQUIRE(host.open() == 1);
  const std::string former = host.client.user_id();
  const auto before = origin.storage;
  const auto decide = [&](const char* decision) {
    host.client.set_consent(decision, {7, 8, 9}, origin.now);
  };
  std::vector<std::string> arrives{"after"};
  decide("\"denied\"");
  decide("\"granted\"");
  SECTION("once") {}
  SECTION("twice") {
    decide("\"denied\"");
    decide("\"granted\"");
  }
  SECTION("then denied") {
    decide("\"denied\"");
    arrives.clear();
  }
  host.client.track("after", "", "", origin.now.wall, origin.now);
  host.client.flush(9, origin.now);
  host.drain();
  for (const auto& [key, text] : before) {
    CAPTURE(key);
    if (!key.ends_with(".c")) CHECK(origin.storage[key] != text);
  }
  CHECK(host.client.user_id() != former);
  CHECK(host.open() == arrives.size());
  while (host.open() > 0) host.answer(200);
  origin.run();
  CHECK(origin.arrived == arrives);
  CHECK(host.flushed.at(9) == flush_result(static_cast<int>(arrives.size()), 0, 0));
  CHECK(origin.asleep());
}

TEST_CASE("a flush that waits for page facts ends when consent is denied", "[client][consent]") {
  Origin origin;
  Host host(origin, R"("consent":"pending")");
  host.client.set_consent("\"granted\"", {1, 2, 3}, origin.now);
  host.client.track("a", "", "", origin.now.wall, origin.now);
  host.client.flush(9, origin.now);
  host.client.set_consent("\"denied\"", {1, 2, 3}, origin.now);
  host.drain();
  CHECK(host.flushed.count(9) == 1);
}

TEST_CASE("calls dropped while waiting for a decision are counted in $dropped",
          "[client][consent]") {
  Origin origin;
  Host host(origin, R"("consent":"pending")");
  host.track_many(PendingCalls::kMost + 7);
  origin.server = delivered;
  host.decide("granted");
  origin.run();
  CHECK(origin.arrived.size() == PendingCalls::kMost);
  CHECK(parsed(origin.bodies[0])["events"][0]["properties"]["$dropped"] == 7);
}

// When the server does not answer.

TEST_CASE("an outage delays events and loses none", "[client]") {
  Origin origin;
  bool up = false;
  origin.server = [&](const Sent&) { return up ? 200 : 503; };
  Host host(origin);
  host.track_many(250);
  origin.run_for(2 * kHour);
  CHECK(origin.arrived.empty());
  CHECK(host.sent.size() < 120);  // five minutes at most, half of that on average
  up = true;
  origin.run_for(10 * kMinute);
  CHECK(origin.arrived == numbered(1, 250));
  CHECK(origin.asleep());
  for (const Sent& sent : host.sent) {
    if (&sent != &host.sent[0]) CHECK(names_in(sent).size() <= 100);
  }
}

TEST_CASE("in an outage the tabs of a site send through one of them", "[client]") {
  Origin origin;
  bool up = false;
  origin.server = [&](const Sent&) { return up ? 200 : 503; };
  std::deque<Host> tabs;
  for (int i = 0; i < 5; ++i) tabs.emplace_back(origin);
  for (Host& tab : tabs) tab.track("a");
  origin.run_for(kMinute);
  std::vector<std::size_t> counts;
  for (const Host& tab : tabs) counts.push_back(tab.sent.size());
  origin.run_for(kHour);
  std::size_t trying = 0;
  for (std::size_t i = 0; i < tabs.size(); ++i) trying += tabs[i].sent.size() > counts[i];
  CHECK(trying == 1);
  up = true;
  origin.run_for(kHour);
  CHECK(origin.arrived.size() == 5);
  CHECK(origin.asleep());
}

TEST_CASE("a reload does not end a stored wait", "[client]") {
  Origin origin;
  const Millis began = origin.now.monotonic;
  {
    Host host(origin);
    host.track("a");
    origin.run_for(kSecond);
    host.answer(429, R"({"details":{"retry_after":120}})");
  }
  origin.server = delivered;
  for (int i = 0; i < 5; ++i) {
    Host host(origin);
    host.track("b");
    origin.run_for(10 * kSecond);
    CHECK(host.sent.empty());
  }
  Host last(origin);
  origin.run();
  std::sort(origin.arrived.begin(), origin.arrived.end());
  CHECK(origin.arrived == Names{"a", "b", "b", "b", "b", "b"});
  CHECK(origin.now.monotonic - began > 120 * kSecond);
}

TEST_CASE("a wait is kept where storage keeps nothing", "[client]") {
  Origin origin;
  origin.storage_fails = true;
  Host host(origin);
  host.track("a");
  origin.run_for(kSecond);
  host.answer(429, "", {120, {}});
  origin.run_for(115 * kSecond);
  CHECK(host.sent.size() == 1);
  origin.run_for(10 * kSecond);
  CHECK(host.sent.size() == 2);
}

TEST_CASE("a tab obeys the wait that another tab stored", "[client]") {
  Origin origin;
  Host one(origin);
  Host other(origin);
  one.track("a");
  origin.run_for(kSecond);
  one.answer(429, "", {60, {}});
  const std::string key = prefix_of(origin) + "w.e";
  REQUIRE(origin.storage.count(key) == 1);
  other.track("b");
  origin.run_for(50 * kSecond);
  CHECK(other.sent.empty());
}

TEST_CASE("the network's return does not shorten a wait that the server asked of another tab",
          "[client]") {
  Origin origin;
  Host host(origin);
  Host other(origin);
  host.track("a");
  other.track("b");
  origin.run_for(kSecond);
  host.answer(0);
  other.answer(503, "", {.retry_after = 3600});
  const std::size_t sent = host.sent.size();
  host.online(false);
  host.online(true);
  origin.run_for(50 * kMinute);
  CHECK(host.sent.size() == sent);
  origin.server = delivered;
  origin.run_for(kHour);
  CHECK(origin.arrived.size() == 2);
}

TEST_CASE("a laptop that sleeps for a week wakes up as if nothing had happened", "[client]") {
  const bool locks = GENERATE(true, false);
  Origin origin;
  Host host(origin, "", {.locks = locks});
  host.track("before");
  origin.run_for(kSecond);
  CHECK(host.open() == 1);
  origin.sleep(7 * 24 * kHour);
  origin.server = delivered;
  host.track("after");
  origin.run();
  CHECK(origin.arrived == Names{"before", "after"});
  CHECK(origin.asleep());
}

TEST_CASE("a clock that jumps loses and repeats nothing", "[client]") {
  const Millis jump =
      GENERATE(values<Millis>({-365 * 24 * kHour, -kHour, kHour, 365 * 24 * kHour}));
  const bool locks = GENERATE(true, false);
  Origin origin;
  bool up = false;
  origin.server = [&](const Sent&) { return up ? 200 : 503; };
  Host host(origin, "", {.locks = locks});
  host.track("a");
  origin.run_for(5 * kSecond);
  origin.now.wall += jump;
  host.track("b");
  origin.run_for(5 * kSecond);
  up = true;
  origin.run_for(kHour);
  CHECK(origin.arrived == Names{"a", "b"});
  CHECK(origin.asleep());
}

// Leaving.

TEST_CASE("a page that goes away hands over what it sends, and no other sends it again",
          "[client]") {
  Origin origin;
  {
    Host host(origin);
    host.track_many(3);
    host.leave();
    REQUIRE(host.sent.size() == 1);
    CHECK(host.sent[0].keepalive);
    CHECK(origin.locks.empty());
  }
  Host next(origin);
  origin.run();
  CHECK(next.sent.empty());
  CHECK(segments(origin).empty());
}

TEST_CASE("with confirmUnload the next page sends what the server has not acknowledged",
          "[client]") {
  Origin origin;
  {
    Host host(origin, R"("confirmUnload":true)");
    host.track("a");
    host.leave();
    CHECK(host.sent.size() == 1);
  }
  origin.server = delivered;
  Host next(origin, R"("confirmUnload":true)");
  origin.run();
  CHECK(origin.arrived == Names{"a"});
}

TEST_CASE("the next page sends what the browser refused during pagehide", "[client]") {
  Origin origin;
  {
    Host host(origin);
    host.track("a");
    host.leave([&] { host.answer(0); });
  }
  origin.server = delivered;
  Host next(origin);
  origin.run();
  CHECK(origin.arrived == Names{"a"});
}

TEST_CASE("a page that is away keeps no lock and no timer", "[client]") {
  const bool locks = GENERATE(true, false);
  Origin origin;
  Host host(origin, "", {.online = false, .locks = locks});
  host.track("a");
  host.leave();
  CHECK(origin.locks.empty());
  CHECK(host.asleep());
  for (const auto& [key, text] : origin.storage) CHECK_FALSE(contains(key, ".l."));
}

TEST_CASE("a page that has nothing to send holds no lock, and has one as soon as it has",
          "[client]") {
  const bool locks = GENERATE(true, false);
  Origin origin;
  Host host(origin, "", {.locks = locks});
  const auto holds = [&] {
    return !origin.locks.empty() ||
           std::any_of(origin.storage.begin(), origin.storage.end(),
                       [](const auto& entry) { return contains(entry.first, ".l."); });
  };
  for (int i = 0; i < 3; ++i) {
    host.track("a");
    host.visible(false);
    CHECK(holds());
    host.answer(200);
    CHECK_FALSE(holds());
    host.visible(true);
  }
}

TEST_CASE("a page restored from the cache continues with its pending events", "[client]") {
  const bool locks = GENERATE(true, false);
  Origin origin;
  Host host(origin, "", {.online = false, .locks = locks});
  host.track_many(30);
  host.leave();
  CHECK(host.sent.empty());
  host.come_back();
  host.track("after");
  origin.server = delivered;
  host.online(true);
  origin.run();
  Names expected = numbered(1, 30);
  expected.push_back("after");
  CHECK(origin.arrived == expected);
  CHECK(segments(origin).empty());
  CHECK(origin.asleep());
}

TEST_CASE("a page restored from the cache does not send what another page has taken over",
          "[client]") {
  const bool locks = GENERATE(true, false);
  Origin origin;
  Host host(origin, "", {.online = false, .locks = locks});
  host.track_many(3);
  host.leave();
  Host next(origin, "", {.locks = locks});
  origin.run_for(6 * kSecond);
  REQUIRE(next.open() == 1);
  host.online(true);
  host.come_back();
  host.track("own");
  origin.run_for(20 * kSecond);
  CHECK(names_in(host.sent.back()) == Names{"own"});
  next.answer(200);
  host.answer(200);
  origin.server = delivered;
  origin.run();
  CHECK(origin.arrived == Names{"e1", "e2", "e3", "own"});
}

TEST_CASE("a page restored from the cache puts back a handed-over request that failed",
          "[client]") {
  Origin origin;
  Host host(origin);
  host.track("a");
  host.leave();
  CHECK(segments(origin).empty());
  host.come_back();
  host.answer(0);
  CHECK(segments(origin).size() == 1);
  origin.server = delivered;
  origin.run();
  CHECK(origin.arrived == Names{"a"});
}

TEST_CASE("a page shown again sends nothing before pageshow", "[client]") {
  Origin origin;
  origin.storage_fails = true;  // so that nobody else can send it
  Host host(origin);
  host.leave();
  host.visible(false);
  host.visible(true);
  host.track("seen_again");
  CHECK(host.sent.empty());
  host.come_back();
  origin.run_for(5 * kSecond);
  CHECK(host.sent.size() == 1);
  // It gets the answer, so nothing was handed over.
  host.answer(503);
  origin.server = delivered;
  origin.run();
  CHECK(origin.arrived == Names{"seen_again"});
}

TEST_CASE("a page without storage is restored from the cache with its pending events", "[client]") {
  Origin origin;
  origin.storage_fails = true;
  Host host(origin, "", {.online = false});
  host.track_many(3);
  host.leave();
  host.come_back();
  origin.server = delivered;
  host.online(true);
  origin.run();
  CHECK(origin.arrived == numbered(1, 3));
}

TEST_CASE("pageshow without a pagehide before it changes nothing", "[client]") {
  Origin origin;
  Host host(origin);
  host.track("a");
  const auto before = origin.storage;
  host.come_back();
  CHECK(origin.storage == before);
  origin.server = delivered;
  origin.run();
  CHECK(origin.arrived == Names{"a"});
}

TEST_CASE("a page without storage arms fetchLater with its pending events", "[client]") {
  Origin origin;
  origin.storage_fails = true;
  Host host(origin, "", {.later = true});
  host.track("a");
  CHECK(contains(host.left, "\"event_name\":\"a\""));
  origin.server = delivered;
  origin.run();
  CHECK(host.left.empty());
}

// Idle.

TEST_CASE("an early or repeated wake does nothing", "[client]") {
  Origin origin;
  Host host(origin);
  host.track("a");
  const auto storage = origin.storage;
  for (int i = 0; i < 5; ++i) {
    host.client.handle_wake(origin.now);
    host.drain();
  }
  CHECK(host.sent.empty());
  CHECK(origin.storage == storage);
}

TEST_CASE("an idle page wakes once to look for orphans, and then never", "[client]") {
  const bool locks = GENERATE(true, false);
  Origin origin;
  Host host(origin, "", {.locks = locks});
  CHECK(host.client.next_wake() == Orphans::kFirstScan);
  origin.run_for(Orphans::kFirstScan);
  CHECK(host.asleep());
}

TEST_CASE("a flush reports the result of all records, user records included", "[client]") {
  Origin origin;
  origin.server = delivered;
  Host host(origin);
  host.set_user_id("\"user_1\"");
  host.track_many(2);
  host.flush(9);
  CHECK(host.flushed[9] == flush_result(4, 0, 0));
}
