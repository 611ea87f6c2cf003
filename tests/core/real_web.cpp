// What the whole client does about things that happen on the real web.
#include "catch.hpp"
#include "core/host.h"

using namespace appizer;
using namespace appizer::test;

namespace {

int delivered(const Sent&) { return 200; }
int unavailable(const Sent&) { return 503; }

}  // namespace

TEST_CASE("what the page's own scripts cleared is written again before the page goes",
          "[client][real_web]") {
  Origin origin;
  origin.server = unavailable;
  {
    Host host(origin);
    host.track_many(20);
    origin.run_for(5 * kSecond);
    origin.storage.clear();  // there is no event in the document that did it
    SECTION("because it is left") { host.leave(); }
    SECTION("because it is hidden, and ended without a word") { host.visible(false); }
  }
  origin.server = delivered;
  Host next(origin);
  origin.run();
  CHECK(origin.arrived.size() == 20);
  CHECK(origin.asleep());
}

TEST_CASE("what was cleared includes who the visitor is", "[client][real_web]") {
  Origin origin;
  origin.server = unavailable;
  std::string id;
  {
    Host host(origin);
    host.track("a");
    origin.run_for(5 * kSecond);
    id = std::string(host.client.user_id());
    origin.storage.clear();
    host.leave();
  }
  Host next(origin);
  CHECK(next.client.user_id() == id);
}

TEST_CASE("a page in a loop is held to ten events of a name a second, counted exactly",
          "[client][real_web]") {
  Origin origin;
  origin.server = delivered;
  Host host(origin, R"("debug":true)");
  host.track("first");
  for (int i = 0; i < 10000; ++i) host.client.track("loop", "", "", 1, origin.now);
  host.drain();
  for (int i = 0; i < 25; ++i) host.track("loop");
  host.track("other");
  origin.run_for(kSecond);
  host.track("loop");
  origin.run();
  CHECK(origin.arrived.size() == 10003);
  std::int64_t counted = 0;
  for (const std::string& body : origin.bodies) {
    const auto json = parsed(body);
    if (!json.contains("events")) continue;
    for (const auto& event : json["events"]) {
      counted += event["properties"].value("$suppressed", 0);
    }
  }
  CHECK(counted == 25);
  std::int64_t reported = 0;
  for (const auto& report : host.reports) {
    CHECK(report["reason"] == "suppressed");
    reported += report["count"].get<std::int64_t>();
  }
  CHECK(reported == 25);
  CHECK(std::any_of(host.hints.begin(), host.hints.end(),
                    [](const auto& one) { return one.first == Hint::event_suppressed; }));
}

TEST_CASE("a rate without limit suppresses nothing", "[client][real_web]") {
  Origin origin;
  origin.server = delivered;
  Host host(origin, R"("maxEventsPerSecond":"Infinity")");
  host.track("first");
  for (int i = 0; i < 15000; ++i) host.client.track("loop", "", "", 1, origin.now);
  host.drain();
  origin.run();
  CHECK(origin.arrived.size() == 15001);
}

TEST_CASE("five pages with two events each make at most six requests with an interval",
          "[client][real_web]") {
  Origin origin;
  origin.server = delivered;
  std::size_t requests = 0;
  for (int page = 0; page < 5; ++page) {
    Host host(origin, R"("flushInterval":30000)");
    host.track("page_view");
    origin.run_for(8 * kSecond);
    host.track("clicked");
    origin.run_for(5 * kSecond);
    host.leave();
    requests += host.sent.size();
  }
  CHECK(requests <= 6);
  CHECK(origin.arrived.size() == 10);
}

TEST_CASE("a page takes over as much as its next requests need", "[client][real_web]") {
  Origin origin;
  origin.server = unavailable;
  {
    Host host(origin);
    host.track_many(3000, "{\"p\":\"" + std::string(200, 'x') + "\"}");
    origin.run_for(kMinute);
  }
  Host next(origin);
  origin.run_for(10 * kSecond);
  origin.server = delivered;
  origin.run();
  CHECK(origin.arrived.size() == 3000);
  std::vector<std::string> expected;
  for (int i = 1; i <= 3000; ++i) expected.push_back("e" + std::to_string(i));
  CHECK(origin.arrived == expected);
  CHECK(origin.asleep());
  CHECK(std::none_of(origin.storage.begin(), origin.storage.end(),
                     [](const auto& one) { return contains(one.first, ".j."); }));
}

TEST_CASE("debug warns of what is beyond the documented limits", "[client][real_web]") {
  Origin origin;
  Host host(origin, R"("debug":true)");
  host.track("a_" + std::string(100, 'x'));
  host.track("cart", "{\"items\":\"" + std::string(10000, 'x') + "\"}");
  const auto hinted = [&](Hint hint) {
    return std::any_of(host.hints.begin(), host.hints.end(),
                       [&](const auto& one) { return one.first == hint; });
  };
  CHECK(hinted(Hint::name_over_limit));
  CHECK(hinted(Hint::properties_over_limit));
}

TEST_CASE("a page restored from the cache where locks never answer goes on after seconds",
          "[client][real_web]") {
  Origin origin;
  origin.dead_locks = true;
  Host host(origin, R"("confirmUnload":true)");
  host.track("stored");
  host.leave();
  host.come_back();
  host.track("later");
  origin.server = delivered;
  origin.run_for(8 * kSecond);
  CHECK(origin.arrived == std::vector<std::string>{"stored", "later"});
  origin.run();
  CHECK(origin.arrived.size() == 2);
  CHECK(origin.asleep());
}

TEST_CASE("without locks a page whose only event is refused keeps no other page waiting for ever",
          "[client][real_web]") {
  Origin origin;
  origin.server = [](const Sent& sent) { return names_in(sent)[0] == "disliked" ? 403 : 200; };
  Host first(origin, "", {.locks = false});
  first.track("disliked");
  origin.run_for(5 * kMinute);
  Host second(origin, "", {.locks = false});
  second.track("other");
  origin.run_for(4 * kHour);
  CHECK(origin.arrived == std::vector<std::string>{"other"});
}

TEST_CASE("a user who is not allowed is tried ever more rarely, though an alias waits behind",
          "[client][real_web]") {
  Origin origin;
  origin.server = [](const Sent& sent) { return names_in(sent)[0] == "user u1" ? 403 : 200; };
  Host host(origin);
  host.track("first");
  origin.run_for(5 * kSecond);
  host.set_user_id(R"("u1")");
  origin.run_for(12 * kHour);
  // From a minute on the pause doubles up to an hour; at the shortest it is half of that.
  const std::size_t tries = host.sent.size() - 1;
  CHECK(tries >= 12);
  CHECK(tries <= 6 + 24);
}

TEST_CASE(
    "what the page cleared is written again before it is left, also after a sleep without locks",
    "[client][real_web]") {
  Origin origin;
  origin.server = unavailable;
  {
    Host host(origin, "", {.locks = false});
    host.track_many(3);
    origin.run_for(5 * kSecond);
    origin.storage.clear();
    origin.sleep(kHour);
    origin.run_for(10 * kSecond);
    host.leave();
  }
  origin.server = delivered;
  Host next(origin, "", {.locks = false});
  origin.run();
  CHECK(origin.arrived.size() == 3);
}

TEST_CASE("what another page took over while this one slept is not written again",
          "[client][real_web]") {
  Origin origin;
  origin.server = unavailable;
  origin.silent = true;
  Host host(origin, "", {.locks = false});
  host.track_many(3);
  origin.run_for(5 * kSecond);
  // Another page had its lease, and its events, while it was frozen.
  std::erase_if(origin.storage,
                [](const auto& item) { return item.first.find(".s") == std::string::npos; });
  origin.server = delivered;
  origin.sleep(kHour);
  origin.run();
  CHECK(origin.arrived.empty());
}

TEST_CASE("storage that cannot be read for a while is not taken for one that was emptied",
          "[client][real_web]") {
  Origin origin;
  origin.server = unavailable;
  Host host(origin);
  host.track_many(20);
  origin.run_for(5 * kSecond);
  const std::size_t writes = host.writes;
  origin.unreadable = true;
  host.visible(false);
  origin.unreadable = false;
  CHECK(host.writes == writes);
}
