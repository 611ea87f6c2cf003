#include "delivery/delivery.h"

#include "core/delivery/post.h"

using namespace appizer;
using namespace appizer::test;

// What travels.

TEST_CASE("one event is a call of its own", "[delivery]") {
  Post post([](Config& config) { config.user_agent = "Mozilla/5.0"; });
  post.track("plan_opened");
  post.pass(kSecond);
  REQUIRE(post.requests.size() == 1);
  CHECK(post.requests[0].url == "https://x.example/v1/events");
  CHECK(post.requests[0].keepalive);
  CHECK(
      post.requests[0].body ==
      golden(
          R"({"event_name":"plan_opened","user_id":"u1","properties":{)"
          R"("$event_id":"plan_opened","$sent_at":"2025-11-23T20:00:00.800Z","$lib":"appizer-web","$lib_version":"VERSION"},)"
          R"("ua":"Mozilla/5.0","app_id":"demo"})"));
}

TEST_CASE("several events are a batch", "[delivery]") {
  Post post;
  post.track("a");
  post.track("b");
  post.pass(kSecond);
  REQUIRE(post.requests.size() == 1);
  CHECK(post.requests[0].url == "https://x.example/v1/events/batch");
  CHECK(
      post.requests[0].body ==
      golden(
          R"({"app_id":"demo","events":[{"event_name":"a","user_id":"u1","properties":{)"
          R"("$event_id":"a","$sent_at":"2025-11-23T20:00:00.800Z","$lib":"appizer-web","$lib_version":"VERSION"}},)"
          R"({"event_name":"b","user_id":"u1","properties":{)"
          R"("$event_id":"b","$sent_at":"2025-11-23T20:00:00.800Z","$lib":"appizer-web","$lib_version":"VERSION"}}]})"));
}

TEST_CASE("user records and aliases are calls of their own", "[delivery]") {
  Post post;
  post.name_person("jane");
  Record alias;
  alias.kind = Kind::alias;
  alias.app = "other \"app\"";
  alias.text = R"({"user_id":"jane","alias_id":"anon")";
  post.delivery->add(Delivery::users, std::move(alias), post.effects);
  post.pass(kSecond);
  REQUIRE(post.requests.size() == 1);
  CHECK(post.requests[0].url == "https://x.example/v1/users");
  CHECK(post.requests[0].body == R"({"user_id":"jane","app_id":"demo"})");
  post.answer(200);
  post.pass(kSecond);
  REQUIRE(post.requests.size() == 2);
  CHECK(post.requests[1].url == "https://x.example/v1/users/aliases");
  CHECK(post.requests[1].body ==
        R"({"user_id":"jane","alias_id":"anon","app_id":"other \"app\""})");
}

TEST_CASE("an event carries the number of events lost before it", "[delivery]") {
  Post post;
  post.track("a");
  post.pass(kSecond);
  post.answer(400);
  post.track("b");
  post.pass(5 * kSecond);
  CHECK(parsed(post.requests.back().body)["properties"]["$dropped"] == 1);
}

// When.

TEST_CASE("the first event of a quiet page leaves soon, with those that join it", "[delivery]") {
  Post post;
  post.track("a");
  CHECK(post.wait() == Delivery::kSoon);
  post.pass(Delivery::kSoon - 1);
  CHECK(post.requests.empty());
  post.track("b");
  post.pass(1);
  REQUIRE(post.requests.size() == 1);
  CHECK(post.sent() == Names{"a", "b"});
}

TEST_CASE("a busy page sends every few seconds", "[delivery]") {
  Post post;
  post.track("a");
  post.pass(Delivery::kSoon);
  post.answer(200);
  post.track("b");
  post.pass(Delivery::kBusy - 1);
  CHECK(post.requests.size() == 1);
  post.pass(1);
  CHECK(post.requests.size() == 2);
  post.answer(200);
  post.pass(Delivery::kBusy);
  post.track("c");
  post.pass(Delivery::kSoon);
  CHECK(post.requests.size() == 3);
}

TEST_CASE("a full batch does not wait", "[delivery]") {
  Post post;
  post.track_many(99);
  CHECK(post.requests.empty());
  post.track_many(1);
  REQUIRE(post.requests.size() == 1);
  CHECK(post.sent() == numbered(1, 100));
}

TEST_CASE("a batch has up to a hundred events, one request at a time", "[delivery]") {
  Post post;
  post.track_many(250);
  CHECK(post.requests.size() == 1);
  post.pass(20 * kSecond);
  CHECK(post.requests.size() == 1);
  post.answer(200);
  REQUIRE(post.requests.size() == 2);
  CHECK(post.sent() == numbered(101, 200));
  post.answer(200);
  CHECK(post.sent() == numbered(201, 250));  // they waited when the last one left
  post.answer(200);
  CHECK(post.asleep());
}

TEST_CASE("no body with keepalive is larger than its share of the quota", "[delivery]") {
  const auto app = GENERATE(values<std::string>({"demo", std::string(300, 'a')}));
  Post post([&](Config& config) {
    config.app_id = app;
    config.user_agent = std::string(200, 'u');
  });
  post.track_many(150, 1700);
  post.serve();
  CHECK(post.arrived == numbered(1, 150));
  for (const Request& request : post.requests) {
    CHECK(request.keepalive == (request.body.size() <= Delivery::kSmallBytes));
    CHECK(request.body.size() <= Delivery::kKeepaliveBytes);
  }
  CHECK(post.requests.size() <= 6);
}

TEST_CASE("an app's id takes its share of a body", "[delivery]") {
  Post post([](Config& config) { config.app_id = std::string(1000, 'a'); });
  post.track_many(2, 29700);
  post.delivery->handle_visibility(false);
  post.drain();
  REQUIRE(post.requests.size() == 1);
  CHECK(post.sent() == Names{"e1"});
  post.serve();
  CHECK(post.arrived == numbered(1, 2));
}

TEST_CASE("enough bytes for a batch do not wait", "[delivery]") {
  Post post;
  post.track_many(20, 2900);
  CHECK(post.requests.empty());
  post.track_many(1, 2900);
  CHECK(post.requests.size() == 1);
}

TEST_CASE("an event that is too large for keepalive goes alone and without", "[delivery]") {
  Post post;
  post.track("small");
  post.track("large", 70000);
  post.track("last");
  post.serve();
  REQUIRE(post.requests.size() == 3);
  CHECK(post.arrived == Names{"small", "large", "last"});
  CHECK(post.requests[0].keepalive);
  CHECK_FALSE(post.requests[1].keepalive);
  CHECK(post.requests[2].keepalive);
}

TEST_CASE("user records are sent before events", "[delivery]") {
  Post post;
  post.track("a");
  post.name_person("jane");
  post.serve();
  CHECK(post.arrived == Names{"jane", "a"});
}

TEST_CASE("failing user records do not block events", "[delivery]") {
  Post post;
  post.name_person("jane");
  post.track("a");
  post.serve([](const Request& request) { return contains(request.url, "/users") ? 503 : 200; },
             kMinute);
  CHECK(post.arrived == Names{"a"});
  CHECK_FALSE(post.asleep());
  post.serve();
  CHECK(post.arrived == Names{"a", "jane"});
}

TEST_CASE("a runaway loop is throttled to a request a second", "[delivery]") {
  Post post;
  std::uint32_t token = 0;
  const Millis begin = post.now.monotonic;
  for (int i = 0; i < 100; ++i) {
    post.track("e");
    post.delivery->flush(++token);
    post.drain();
    while (post.count_open() > 0) post.answer(200);
  }
  CHECK(post.requests.size() == Delivery::kBurst);
  post.serve();
  CHECK(post.now.monotonic - begin <= 2 * kSecond);
  for (int i = 0; i < 10; ++i) {
    post.track_many(100);
    post.serve();
  }
  CHECK(post.requests.size() <=
        Delivery::kBurst + static_cast<std::size_t>((post.now.monotonic - begin) / kSecond) + 1);
}

TEST_CASE("with nothing pending nothing runs", "[delivery]") {
  Post post;
  CHECK(post.asleep());
  post.track("a");
  CHECK_FALSE(post.asleep());
  post.serve();
  CHECK(post.asleep());
  CHECK(post.storage.empty());
  post.pass(kHour);
  CHECK(post.requests.size() == 1);
}

// Answers.

TEST_CASE("every answer has its consequence", "[delivery]") {
  struct Row {
    int status;
    bool kept;
    Millis least;
    Millis most;
  };
  const Row row = GENERATE(values<Row>({
      {200, false, 0, 0},        {201, false, 0, 0},        {202, false, 0, 0},
      {204, false, 0, 0},        {400, false, 0, 0},        {404, true, 30000, 60000},
      {409, false, 0, 0},        {413, false, 0, 0},        {422, false, 0, 0},
      {401, true, 30000, 60000}, {403, true, 30000, 60000}, {405, true, 30000, 60000},
      {410, true, 30000, 60000}, {451, true, 30000, 60000}, {0, true, 250, 2000},
      {301, true, 250, 2000},    {408, true, 250, 2000},    {425, true, 250, 2000},
      {429, true, 250, 2000},    {500, true, 250, 2000},    {502, true, 250, 2000},
      {503, true, 250, 2000},    {504, true, 250, 2000},
  }));
  CAPTURE(row.status);
  Post post;
  post.track("a");
  post.pass(kSecond);
  post.answer(row.status);
  CHECK(post.asleep() != row.kept);
  CHECK(post.storage.empty() != row.kept);
  const bool refused = outcome(row.status) == Outcome::refused;
  CHECK(post.reports.size() == (refused ? 1 : 0));
  if (!row.kept) return;
  CHECK(post.wait() >= row.least);
  CHECK(post.wait() <= row.most);
  const Millis wait = post.wait();
  post.pass(wait - 1);
  CHECK(post.requests.size() == 1);
  post.pass(1);
  REQUIRE(post.requests.size() == 2);
  CHECK(Post::names_in(post.requests[1]) == Post::names_in(post.requests[0]));
  post.answer(200);
  CHECK(post.asleep());
  CHECK(post.storage.empty());
}

TEST_CASE("a 2xx status acknowledges whatever its body", "[delivery]") {
  const auto body = GENERATE(values<std::string>(
      {"", "{\"success\":false}", "<html>", "{\"success\":tr", std::string(1000, '\xff')}));
  Post post;
  post.track("a");
  post.pass(kSecond);
  post.answer(200, body);
  CHECK(post.asleep());
  CHECK(post.reports.empty());
}

TEST_CASE("an answer to an aborted request is ignored", "[delivery]") {
  Post post;
  post.track("a");
  post.pass(kSecond);
  const std::uint32_t id = post.open().id;
  post.answer(503);
  post.delivery->handle_response(id, 200, {}, "", post.now, post.effects);
  post.delivery->handle_response(id + 77, 200, {}, "", post.now, post.effects);
  post.drain();
  CHECK_FALSE(post.asleep());
  post.serve();
  CHECK(post.arrived == Names{"a"});
}

TEST_CASE("a refused event is reported with the server's message", "[delivery]") {
  Post post([](Config& config) { config.debug = true; });
  post.track("bad");
  post.pass(kSecond);
  post.answer(400, R"({"code":"MISSING_FIELD"})");
  REQUIRE(post.reports.size() == 1);
  CHECK(post.reports[0]["reason"] == "refused");
  CHECK(post.reports[0]["status"] == 400);
  CHECK(post.reports[0]["count"] == 1);
  CHECK(post.reports[0]["records"][0]["event_name"] == "bad");
  REQUIRE(post.hints.size() == 1);
  CHECK(post.hints[0].first == Hint::event_refused);
  CHECK(post.hints[0].second == R"(400 {"code":"MISSING_FIELD"})");
}

TEST_CASE("a batch is split until the poison is alone, and all others arrive in order",
          "[delivery]") {
  const auto poison = GENERATE(values<std::set<int>>({
      {1},
      {2},
      {50},
      {99},
      {100},
      {1, 100},
      {49, 50, 51},
      {1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
      {10, 20, 30, 40, 50, 60, 70, 80, 90, 100},
  }));
  const int status = GENERATE(400, 413);
  Post post;
  post.track_many(100);
  post.serve([&](const Request& request) {
    const Names names = Post::names_in(request);
    const bool bad = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return poison.count(std::stoi(name.substr(1))) > 0;
    });
    return bad ? status : 200;
  });
  Names good;
  Names bad;
  for (int i = 1; i <= 100; ++i) {
    (poison.count(i) > 0 ? bad : good).push_back("e" + std::to_string(i));
  }
  CHECK(post.arrived == good);
  Names reported;
  for (const auto& report : post.reports) reported.push_back(report["records"][0]["event_name"]);
  CHECK(reported == bad);
  CHECK(post.asleep());
  CHECK(post.requests.size() <= 1 + poison.size() * 20);
}

TEST_CASE("where the server refuses everything, each event is dropped and reported alone",
          "[delivery]") {
  Post post;
  post.track_many(20);
  post.serve([](const Request&) { return 400; });
  CHECK(post.reports.size() == 20);
  CHECK(post.asleep());
  CHECK(post.storage.empty());
}

TEST_CASE("after 401 or 403 the pause grows to an hour, and nothing is dropped", "[delivery]") {
  Post post;
  post.track("a");
  post.pass(kSecond);
  Millis longest = 0;
  for (int i = 0; i < 12; ++i) {
    post.answer(403);
    longest = std::max(longest, post.wait());
    CHECK(post.wait() <= kHour);
    post.pass(post.wait());
  }
  CHECK(longest >= kHour / 2);
  post.answer(200);
  CHECK(post.arrived == Names{"a"});
  CHECK(post.reports.empty());
}

TEST_CASE("after a failure a small request goes first", "[delivery]") {
  Post post;
  post.track_many(250);
  post.answer(503);
  post.pass(2 * kSecond);
  CHECK(post.sent() == numbered(1, 10));
  post.answer(503);
  post.pass(4 * kSecond);
  CHECK(post.sent() == numbered(1, 10));
  post.answer(200);
  CHECK(post.sent() == numbered(11, 110));
}

TEST_CASE("a wait is stored, so that a reload is no way round it", "[delivery]") {
  Post post;
  post.track("a");
  post.pass(kSecond);
  post.answer(429, R"({"details":{"retry_after":60}})");
  CHECK(post.storage["a.w.e"] == "1 1763928061000 1763928001000");

  Post next;
  next.now.wall = post.now.wall + 5 * kSecond;
  const std::string stored = post.storage["a.w.e"];
  CHECK(next.delivery->handle_stored_pause("a.w.e", stored, next.now));
  next.track("b");
  CHECK(next.wait() == 55 * kSecond);
  next.pass(55 * kSecond - 1);
  CHECK(next.requests.empty());
  next.pass(1);
  CHECK(next.requests.size() == 1);
  next.answer(200);
  CHECK(next.storage.empty());
}

TEST_CASE("a stored wait ends with a success", "[delivery]") {
  Post post;
  post.name_person("jane");
  post.pass(kSecond);
  post.answer(503);
  CHECK(post.storage.count("a.w.p") == 1);
  post.serve();
  CHECK(post.storage.empty());
}

TEST_CASE("what the server asks for is waited for to the second", "[delivery]") {
  struct Row {
    int status;
    std::string body;
    RetryHeaders wait;
    Millis expected;
  };
  const Row row = GENERATE_COPY(values<Row>({
      {429, R"({"details":{"retry_after":30}})", {}, 30000},
      {429, "", {45, {}}, 45000},
      {503, "", {120, {}}, 120000},
      {429, "", {{}, (kWall + 21000) / 1000.0}, 20000},
      {429, R"({"details":{"retry_after":1e9}})", {}, kLongestRequestedPause},
  }));
  Post post;
  post.track("a");
  post.pass(kSecond);
  post.answer(row.status, row.body, row.wait);
  CHECK(post.wait() >= row.expected);
  CHECK(post.wait() <= row.expected + 2);
}

TEST_CASE("a clock that jumps neither stretches nor skips a stored wait", "[delivery]") {
  // Stored at 1000 s after the start of the clock, for 60 seconds.
  const auto [jump, rest] = GENERATE(table<Millis, Millis>({
      {0, 60000},
      {20000, 40000},
      {59999, 1},
      {60000, 0},
      {365 * 24 * kHour, 0},
      {-1000, 60000},
      {-365 * 24 * kHour, 60000},
  }));
  Post post;
  const std::string stored = "3 " + std::to_string(kWall + 60000) + " " + std::to_string(kWall);
  post.now.wall = kWall + jump;
  post.delivery->handle_stored_pause("a.w.e", stored, post.now);
  post.track("a");
  CHECK(post.wait() == std::max(rest, Delivery::kSoon));
}

TEST_CASE("a stored wait that is not in our format is ignored", "[delivery]") {
  const auto text = GENERATE(values<std::string>({
      "",
      "garbage",
      "1",
      "1 2",
      "1 2 3 4",
      "1 2 3 ",
      "-1 1763928060000 1763928000000",
      "1 -1 -2",
      "1  1763928060000 1763928000000",
      "1 99999999999999999999 1",
      "1 9223372036854775807 9223372036854775000",
  }));
  Post post;
  post.now.wall = GENERATE(values<Millis>({kWall, -kFurthest, kFurthest}));
  CAPTURE(text, post.now.wall);
  CHECK(post.delivery->handle_stored_pause("a.w.e", text, post.now));
  post.track("a");
  CHECK(post.wait() == Delivery::kSoon);
}

TEST_CASE("no stored wait is longer than a day", "[delivery]") {
  Post post;
  const std::string stored =
      "99 " + std::to_string(kWall + 1000 * 24 * kHour) + " " + std::to_string(kWall);
  CHECK(post.delivery->handle_stored_pause("a.w.e", stored, post.now));
  CHECK_FALSE(post.delivery->handle_stored_pause("a.w.x", stored, post.now));
  post.track("a");
  CHECK(post.wait() == kLongestRequestedPause);
}

TEST_CASE("what a tab adds to a pause that it reads, it does not store for others", "[delivery]") {
  Post post;
  post.ids.seed(all_of(9));
  post.track("a");
  post.pass(kSecond);
  const Millis until = post.now.wall + 10 * kMinute;
  const std::string theirs = "1 " + std::to_string(until) + " " + std::to_string(post.now.wall);
  post.delivery->handle_stored_pause("a.w.e", theirs, post.now);
  post.answer(503);
  const std::string stored = post.storage["a.w.e"];
  CHECK(stored.substr(0, stored.rfind(' ')) == "2 " + std::to_string(until));
  CHECK(post.wait() > 10 * kMinute);
}

TEST_CASE("another tab's success clears the backoff but keeps the failure count", "[delivery]") {
  Post post;
  post.track_many(50);
  post.pass(kSecond);
  post.answer(503);
  CHECK(post.wait() > 0);
  post.delivery->handle_stored_pause("a.w.e", View::none(), post.now);
  post.drain();
  REQUIRE(post.requests.size() == 2);
  CHECK(post.sent() == numbered(1, 10));
}

TEST_CASE("what the server asked this tab for, no other tab can end", "[delivery]") {
  Post post;
  post.track("a");
  post.pass(kSecond);
  post.answer(429, "", {60, {}});
  SECTION("by a success") { post.delivery->handle_stored_pause("a.w.e", View::none(), post.now); }
  SECTION("by a shorter wait") {
    const std::string shorter = "1 1763928002000 1763928001000";
    post.delivery->handle_stored_pause("a.w.e", shorter, post.now);
  }
  CHECK(post.wait() == 60 * kSecond);
}

TEST_CASE("a wait that storage refused is kept in memory", "[delivery]") {
  Post post;
  post.storage_fails = true;
  post.track("a");
  post.pass(kSecond);
  post.answer(403);
  post.delivery->handle_stored_pause("a.w.e", View::none(), post.now);
  post.pass(Retry::kFirstPause / 2 - 1);
  CHECK(post.requests.size() == 1);
  post.storage_fails = false;
  for (int i = 0; i < 60 && post.requests.size() < 2; ++i) post.pass(kSecond);
  REQUIRE(post.requests.size() == 2);
  post.answer(403);
  post.delivery->handle_stored_pause("a.w.e", View::none(), post.now);
  CHECK(post.wait() == 0);
}

TEST_CASE("a pause that storage did not take is not ended by an older one there", "[delivery]") {
  Post post;
  post.track("a");
  post.pass(kSecond);
  const std::string older =
      "1 " + std::to_string(post.now.wall + 1) + " " + std::to_string(post.now.wall);
  post.storage_fails = true;
  post.answer(403);
  post.jump(kSecond);
  post.delivery->handle_stored_pause("a.w.e", older, post.now);
  post.drain();
  post.pass(Retry::kFirstPause / 2 - 2 * kSecond);
  CHECK(post.requests.size() == 1);
}

TEST_CASE("debug says so when a web page answers for the API", "[delivery]") {
  Post post([](Config& config) { config.debug = true; });
  const auto [body, hint] = GENERATE(table<std::string, Hint>({
      {"\n<!doctype html><title>App</title>", Hint::page_answered},
      {"{\"success\":true}", Hint::delivered},
      {"", Hint::delivered},
  }));
  post.track("a");
  post.pass(kSecond);
  post.answer(200, body);
  REQUIRE_FALSE(post.hints.empty());
  CHECK(post.hints.back() == std::pair<Hint, std::string>(hint, "1"));
}

TEST_CASE("a request without an answer is given up after half a minute", "[delivery]") {
  Post post;
  post.track("a");
  post.pass(Delivery::kSoon);
  CHECK(post.wait() == Delivery::kTimeout);
  post.pass(Delivery::kTimeout - 1);
  CHECK(post.count_open() == 1);
  post.pass(1);
  CHECK(post.count_open() == 0);
  CHECK(post.wait() <= 2 * kSecond);
  post.serve();
  CHECK(post.arrived == Names{"a"});
}

TEST_CASE("keepalive is not tried twice in a row, as its quota may be what failed", "[delivery]") {
  Post post;
  post.track("a");
  post.pass(Delivery::kSoon);
  CHECK(post.requests[0].keepalive);
  post.answer(0);
  post.pass(2 * kSecond);
  CHECK_FALSE(post.requests[1].keepalive);
  post.answer(200);
  post.track("b");
  post.pass(4 * kSecond);
  CHECK(post.requests[2].keepalive);
}

TEST_CASE("a browser that says it is offline tries once a minute at most", "[delivery]") {
  Post post([](Config& config) { config.online = false; });
  post.track("a");
  CHECK(post.wait() == Delivery::kOfflinePause);
  SECTION("in vain where it is right") {
    post.pass(kHour);
    CHECK(post.requests.size() >= 5);
    CHECK(post.requests.size() <= 60);
    post.delivery->handle_online(true, post.now);
  }
  SECTION("with success where it is wrong") {
    post.pass(Delivery::kOfflinePause);
    post.answer(200);
    post.track("b");
    CHECK(post.wait() == Delivery::kOfflinePause);
  }
  post.serve();
  CHECK(post.arrived.front() == "a");
  CHECK(post.asleep());
}

TEST_CASE("when the network is back, a request that failed offline is tried soon", "[delivery]") {
  Post post;
  post.track("a");
  post.pass(Delivery::kSoon);
  for (int i = 0; i < 8; ++i) {
    post.answer(0);
    post.pass(post.wait());
  }
  post.answer(0);
  post.delivery->handle_online(false, post.now);
  post.drain();
  CHECK(post.wait() >= Delivery::kOfflinePause);
  post.delivery->handle_online(true, post.now);
  post.drain();
  CHECK(post.wait() <= 2 * kSecond);
}

TEST_CASE("when the network is back, what the server asked for still holds", "[delivery]") {
  Post post;
  post.track_many(2, 29000);
  post.delivery->handle_pagehide();
  post.drain();
  post.track_many(1, 10000);
  SECTION("it was the last to answer") { post.answer(429, "", {600, {}}); }
  SECTION("a request beside it had no answer") {
    post.answer(429, "", {600, {}});
    if (post.count_open() > 0) post.answer(0);
  }
  post.delivery->handle_pageshow(post.now, post.effects);
  post.delivery->handle_online(true, post.now);
  post.track("later");
  CHECK(post.wait() > 590 * kSecond);
}

// Recovery.

TEST_CASE("only the tab that holds the recovery lock tries a server that failed", "[delivery]") {
  Post post([](Config& config) { config.locks = true; });
  post.track("a");
  post.pass(Delivery::kSoon);
  CHECK_FALSE(post.delivery->wants_recovery_lock());
  post.answer(503);
  CHECK(post.delivery->wants_recovery_lock());
  post.pass(Delivery::kLongestLockWait / 2 - 1);
  CHECK(post.requests.size() == 1);
  post.delivery->set_recovery_lock(true);
  post.drain();
  CHECK(post.requests.size() == 2);
  post.answer(200);
  CHECK_FALSE(post.delivery->wants_recovery_lock());
}

TEST_CASE("the recovery lock is not waited for without end", "[delivery]") {
  Post post([](Config& config) { config.locks = true; });
  post.track("a");
  post.pass(Delivery::kSoon);
  post.answer(503);
  // From the turn of the tab that holds it, which is not known better than our own.
  const Millis wait = post.wait();
  CHECK(wait >= Delivery::kLongestLockWait / 2);
  CHECK(wait <= Delivery::kLongestLockWait + 2 * kSecond);
  post.pass(wait);
  CHECK(post.requests.size() == 2);
}

TEST_CASE("the recovery lock is not requested without pending events, or hidden", "[delivery]") {
  Post post([](Config& config) { config.locks = true; });
  const std::string stored = "1 1763928000001 1763928000000";
  post.delivery->handle_stored_pause("a.w.e", stored, post.now);
  CHECK_FALSE(post.delivery->wants_recovery_lock());
  post.track("a");
  CHECK(post.delivery->wants_recovery_lock());
  post.delivery->handle_visibility(false);
  CHECK_FALSE(post.delivery->wants_recovery_lock());
}

TEST_CASE("a hidden page that cannot have the recovery lock tries all the same", "[delivery]") {
  Post post([](Config& config) { config.locks = true; });
  post.track("a");
  post.pass(Delivery::kSoon);
  post.answer(503);
  post.delivery->set_recovery_lock(true);
  post.delivery->handle_visibility(false);
  post.delivery->set_recovery_lock(false);
  post.drain();
  CHECK(post.wait() <= Delivery::kLongestLockWait + 2 * kSecond);
  post.serve();
  CHECK(post.arrived == Names{"a"});
}

TEST_CASE("a page waits for the recovery lock from when it gave it back", "[delivery]") {
  Post post([](Config& config) { config.locks = true; });
  post.track("a");
  post.pass(Delivery::kSoon);
  post.answer(503);
  post.delivery->set_recovery_lock(true);
  post.pass(Delivery::kLongestLockWait / 2);
  REQUIRE(post.requests.size() == 2);
  post.pass(Delivery::kLongestLockWait);
  post.delivery->handle_visibility(false);
  post.delivery->set_recovery_lock(false);
  post.answer(503);
  post.pass(Delivery::kLongestLockWait / 2 - 1);
  CHECK(post.requests.size() == 2);
  post.pass(Delivery::kLongestLockWait);
  CHECK(post.requests.size() == 3);
}

// Leaving.

TEST_CASE("a hidden page sends everything that is pending, side by side within the quota",
          "[delivery]") {
  Post post;
  post.track_many(12, 4000);
  post.name_person("jane");
  post.delivery->handle_visibility(false);
  post.drain();
  CHECK(post.count_open() == 2);
  CHECK(post.requests[0].url == "https://x.example/v1/users");
  CHECK(Post::names_in(post.requests[1]) == numbered(1, 12));
  std::size_t bytes = 0;
  for (const Request& request : post.requests) {
    CHECK(request.keepalive);
    bytes += request.body.size();
  }
  CHECK(bytes <= Delivery::kKeepaliveBytes);
}

TEST_CASE("what the quota has no room for follows when the page lives on", "[delivery]") {
  Post post;
  post.delivery->pause_for_takeover(true);
  post.track_many(99, 1000);
  post.delivery->pause_for_takeover(false);
  post.delivery->handle_visibility(false);
  post.drain();
  std::size_t bytes = 0;
  for (const Request& request : post.requests) bytes += request.body.size();
  CHECK(bytes <= Delivery::kKeepaliveBytes);
  CHECK(bytes > Delivery::kKeepaliveBytes * 9 / 10);
  post.serve();
  CHECK(post.arrived == numbered(1, 99));
  CHECK(post.asleep());
}

TEST_CASE("an event tracked by a hidden page leaves at once", "[delivery]") {
  Post post([](Config& config) { config.visible = false; });
  post.track("a");
  CHECK(post.requests.size() == 1);
}

TEST_CASE("what is on its way when the page is hidden is not sent again", "[delivery]") {
  Post post;
  post.track("a");
  post.pass(Delivery::kSoon);
  post.track("b");
  post.delivery->handle_visibility(false);
  post.drain();
  REQUIRE(post.requests.size() == 2);
  CHECK(post.sent() == Names{"b"});
}

TEST_CASE("what goes out while the page goes away counts as delivered", "[delivery]") {
  Post post;
  post.track("a");
  post.delivery->handle_pagehide();
  post.drain();
  REQUIRE(post.requests.size() == 1);
  CHECK(post.requests[0].keepalive);
  CHECK(post.storage.size() == 1);  // in case it is refused at once
  post.delivery->handle_handover(post.effects);
  post.drain();
  CHECK(post.storage.empty());
}

TEST_CASE("with confirmUnload only an answer of the server acknowledges", "[delivery]") {
  Post post([](Config& config) { config.confirm_unload = true; });
  post.track("a");
  post.delivery->handle_pagehide();
  post.drain();
  post.delivery->handle_handover(post.effects);
  post.drain();
  CHECK(post.requests.size() == 1);
  CHECK(post.storage.size() == 1);
}

TEST_CASE("requests that the browser may not have taken over stay for the next page",
          "[delivery]") {
  Post post;
  post.track("a");
  post.delivery->handle_pagehide();
  post.drain();
  post.delivery->handle_handover(post.effects, false);
  post.drain();
  CHECK(post.requests.size() == 1);
  // The next page of the site sends it. It may have done so when an answer comes after all: what is
  // under the key by then is no longer this page's to remove.
  CHECK(post.storage.size() == 1);
  post.answer(200);
  CHECK(post.storage.size() == 1);
  CHECK(post.requests.size() == 1);
}

TEST_CASE("a request that the page's code may delay is sent anew as the page leaves",
          "[delivery]") {
  Post post;
  post.track("a");
  post.pass(5 * kSecond);
  REQUIRE(post.requests.size() == 1);
  post.delivery->recall(post.effects);
  post.delivery->handle_pagehide();
  post.drain();
  REQUIRE(post.requests.size() == 2);
  CHECK(post.requests[0].over);
  CHECK(post.sent() == Names{"a"});
  CHECK(post.requests[1].keepalive);
  post.delivery->handle_handover(post.effects);
  post.drain();
  CHECK(post.requests.size() == 2);
  CHECK(post.storage.empty());
}

TEST_CASE("what the browser refuses at once stays for the next page", "[delivery]") {
  Post post;
  post.track("a");
  post.delivery->handle_pagehide();
  post.drain();
  post.answer(0);
  post.delivery->handle_handover(post.effects);
  post.drain();
  CHECK(post.storage.count("a.j.d.e0") == 1);
}

TEST_CASE("what cannot go with keepalive stays for the next page", "[delivery]") {
  Post post;
  SECTION("because it is too large") {
    post.delivery->pause_for_takeover(true);
    post.track("large", 70000);
    post.delivery->pause_for_takeover(false);
    post.delivery->handle_pagehide();
    post.drain();
    CHECK(post.requests.empty());
  }
  SECTION("because it was on its way without") {
    post.track("large", 70000);
    CHECK(post.count_open() == 1);
    post.delivery->handle_pagehide();
    post.drain();
  }
  SECTION("because the page is offline") {
    post.delivery->handle_online(false, post.now);
    post.track("a");
    post.delivery->handle_pagehide();
    post.drain();
    CHECK(post.requests.empty());
  }
  SECTION("because the server asked to wait") {
    post.track("a");
    post.pass(Delivery::kSoon);
    post.answer(429, "", {60, {}});
    post.delivery->handle_pagehide();
    post.drain();
    CHECK(post.requests.size() == 1);
  }
  SECTION("because the server has not answered since it failed") {
    post.track("a");
    post.pass(Delivery::kSoon);
    post.answer(503);
    post.delivery->handle_pagehide();
    post.drain();
    CHECK(post.requests.size() == 1);
  }
  post.delivery->handle_handover(post.effects);
  post.drain();
  CHECK(post.count_open() == 0);
  CHECK(post.storage.count("a.j.d.e0") == 1);
  CHECK(post.asleep());
}

TEST_CASE("a small event behind one that is too large is kept in order with it", "[delivery]") {
  Post post;
  post.delivery->pause_for_takeover(true);
  post.track("large", 70000);
  post.track("small");
  post.delivery->pause_for_takeover(false);
  post.delivery->handle_pagehide();
  post.drain();
  CHECK(post.requests.empty());
}

TEST_CASE("a page restored from the cache gets the answers to what was handed over", "[delivery]") {
  Post post;
  post.track("a");
  post.delivery->handle_pagehide();
  post.drain();
  post.delivery->handle_handover(post.effects);
  post.drain();
  post.delivery->journal(Delivery::events).set_document("d2");
  post.delivery->handle_pageshow(post.now, post.effects);
  post.drain();
  SECTION("delivered") {
    post.answer(200);
    CHECK(post.storage.empty());
  }
  SECTION("failed") {
    post.answer(0);
    CHECK(post.storage.count("a.j.d2.e1") == 1);
    post.serve();
    CHECK(post.arrived == Names{"a"});
  }
  SECTION("refused") {
    post.answer(400);
    CHECK(post.reports.size() == 1);
  }
  SECTION("without an answer: it counts as delivered") {
    post.pass(Delivery::kTimeout);
    CHECK(post.requests.size() == 1);
    CHECK(post.storage.empty());
  }
  CHECK(post.count_open() == 0);
  CHECK(post.asleep());
}

TEST_CASE("concurrent requests that all fail count as one failure", "[delivery]") {
  Post post;
  for (const char* name : {"a", "b", "c"}) {
    post.track(name);
    post.delivery->handle_visibility(false);
    post.drain();
  }
  REQUIRE(post.count_open() == 3);
  post.answer(502);
  SECTION("so that one wait is drawn, not the longest of many") {
    const std::string stored = post.storage["a.w.e"];
    REQUIRE(stored.substr(0, 2) == "1 ");
    post.answer(502);
    post.answer(0);
    const std::string after = post.storage["a.w.e"];
    CHECK(after.substr(0, 15) == stored.substr(0, 15));
    CHECK(post.wait() <= Retry::kFirstWindow);
  }
  SECTION("but none is followed by another attempt at once") {
    post.jump(20 * kSecond);
    post.answer(502);
    post.answer(502);
    CHECK(post.storage["a.w.e"].substr(0, 2) == "1 ");
    CHECK(post.wait() >= Retry::kShortest);
  }
  SECTION("but what one of them asks for counts") {
    post.answer(429, "", {600, {}});
    post.answer(502);
    CHECK(post.wait() == 600 * kSecond);
  }
  SECTION("but what one of them forbids counts") {
    post.answer(403);
    post.answer(403);
    CHECK(post.wait() >= Retry::kFirstPause / 2);
    CHECK(post.wait() <= Retry::kFirstPause);
  }
  post.serve();
  CHECK(post.arrived == Names{"a", "b", "c"});
}

TEST_CASE("a page restored from the cache does not wait for what was handed over", "[delivery]") {
  Post post;
  post.track("a");
  post.delivery->handle_pagehide();
  post.drain();
  post.delivery->handle_handover(post.effects);
  post.delivery->handle_pageshow(post.now, post.effects);
  post.track("b");
  post.pass(5 * kSecond);
  CHECK(post.sent() == Names{"b"});
}

TEST_CASE("a page that comes back leaves to storage what was not handed over", "[delivery]") {
  Post post([](Config& config) { config.confirm_unload = true; });
  post.track("a");
  post.delivery->handle_pagehide();
  post.drain();
  post.delivery->handle_handover(post.effects);
  post.delivery->handle_pageshow(post.now, post.effects);
  post.drain();
  CHECK(post.count_open() == 0);
  CHECK(post.storage.count("a.j.d.e0") == 1);
  CHECK(post.delivery->journal(Delivery::events).size() == 0);
}

TEST_CASE("while former segments are taken back nothing is sent", "[delivery]") {
  Post post;
  post.delivery->pause_for_takeover(true);
  post.track("a");
  CHECK(post.asleep());
  post.pass(kMinute);
  CHECK(post.requests.empty());
  post.delivery->pause_for_takeover(false);
  post.serve();
  CHECK(post.arrived == Names{"a"});
}

// Flush.

TEST_CASE("a flush sends at once and says what became of it", "[delivery]") {
  Post post;
  post.track_many(3);
  post.delivery->flush(7);
  post.drain();
  CHECK(post.requests.size() == 1);
  CHECK(post.flushes.empty());
  post.answer(200);
  CHECK(post.flushes[7] == R"({"delivered":3,"dropped":0,"pending":0})");
}

TEST_CASE("a flush ends", "[delivery]") {
  Post post;
  SECTION("at once with nothing pending") {
    post.delivery->flush(1);
    post.drain();
    CHECK(post.flushes[1] == R"({"delivered":0,"dropped":0,"pending":0})");
  }
  SECTION("when something was refused") {
    post.track("a");
    post.track("b");
    post.delivery->flush(1);
    post.serve([](const Request& request) { return contains(request.body, "\"b\"") ? 400 : 200; });
    CHECK(post.flushes[1] == R"({"delivered":1,"dropped":1,"pending":0})");
  }
  SECTION("when it must wait") {
    post.track("a");
    post.delivery->flush(1);
    post.drain();
    post.answer(503);
    CHECK(post.flushes[1] == R"({"delivered":0,"dropped":0,"pending":1})");
  }
  SECTION("at once in a wait, offline, or while the page goes away") {
    post.delivery->handle_online(false, post.now);
    post.track("a");
    post.delivery->flush(1);
    post.drain();
    CHECK(post.flushes[1] == R"({"delivered":0,"dropped":0,"pending":1})");
  }
  SECTION("when no answer comes") {
    post.track("a");
    post.delivery->flush(1);
    post.drain();
    post.pass(Delivery::kTimeout);
    CHECK(post.flushes[1] == R"({"delivered":0,"dropped":0,"pending":1})");
  }
  SECTION("without what came after it") {
    post.track("a");
    post.delivery->flush(1);
    post.drain();
    post.track("b");
    post.answer(200);
    CHECK(post.flushes[1] == R"({"delivered":1,"dropped":0,"pending":0})");
  }
}

TEST_CASE("two flushes each say what happened since they began", "[delivery]") {
  Post post;
  post.track("a");
  post.delivery->flush(1);
  post.drain();
  post.track("b");
  post.delivery->flush(2);
  post.serve();
  CHECK(post.flushes[1] == R"({"delivered":1,"dropped":0,"pending":0})");
  CHECK(post.flushes[2] == R"({"delivered":2,"dropped":0,"pending":0})");
}

// Caps.

TEST_CASE("beyond the caps the oldest goes, is reported, and $dropped counts it", "[delivery]") {
  const bool by_count = GENERATE(true, false);
  Post post([&](Config& config) {
    config.online = false;
    if (by_count) {
      config.max_queue_events = 5;
    } else {
      config.max_queue_bytes = 5500;
    }
  });
  post.track_many(8, 1000);
  CHECK(post.delivery->journal(Delivery::events).size() == 5);
  REQUIRE(post.reports.size() == 3);
  CHECK(post.reports[0]["reason"] == "evicted");
  CHECK(post.reports[0]["records"][0]["event_name"] == "e1");
  post.delivery->handle_online(true, post.now);
  post.serve();
  CHECK(post.arrived == numbered(4, 8));
  const auto events = parsed(post.requests[0].body)["events"];
  CHECK(events[0]["properties"]["$dropped"] == 3);
  CHECK_FALSE(events[1]["properties"].contains("$dropped"));
}

TEST_CASE("what is on its way is not evicted", "[delivery]") {
  Post post([](Config& config) { config.max_queue_events = 2; });
  post.track_many(2);
  post.pass(Delivery::kSoon);
  post.track_many(2);
  CHECK(post.reports.size() == 2);
  post.answer(200);
  CHECK(post.arrived == numbered(1, 2));
}

TEST_CASE("without debug there are no hints", "[delivery]") {
  Post post([](Config& config) { config.max_queue_events = 2; });
  post.track_many(3);
  post.pass(kSecond);
  post.answer(503);
  post.pass(10 * kSecond);
  post.answer(403);
  post.pass(5 * kMinute);
  post.serve([](const Request&) { return 400; });
  CHECK(post.reports.size() == 3);
  CHECK(post.hints.empty());
}

// fetchLater.

TEST_CASE("with confirmUnload fetchLater is armed with waiting events", "[delivery]") {
  Post post([](Config& config) { config.confirm_unload = config.fetch_later = true; });
  post.track("a");
  REQUIRE(post.left.size() == 1);
  CHECK(contains(post.left[0], "\"a\""));
  post.drain();
  CHECK(post.left.size() == 1);
  post.track("b");
  CHECK(post.left.size() == 2);
  CHECK(contains(post.left[1], "\"b\""));
  post.pass(Delivery::kSoon);
  CHECK(post.left.back().empty());  // taken back: it is on its way
  post.answer(503);
  CHECK(post.left.back().empty());  // and in backoff nothing is pressed on the server
}

TEST_CASE("fetchLater is armed with waiting events, not with those in flight", "[delivery]") {
  Post post([](Config& config) { config.confirm_unload = config.fetch_later = true; });
  post.track_many(130);
  CHECK(post.sent() == numbered(1, 100));
  const auto body = parsed(post.left.back());
  CHECK(body["events"].size() == 30);
  CHECK(body["events"][0]["event_name"] == "e101");
  post.track_many(120);
  post.answer(200);
  CHECK(post.sent() == numbered(101, 200));
  CHECK(parsed(post.left.back())["events"][0]["event_name"] == "e201");
}

TEST_CASE("without storage fetchLater is armed with waiting events", "[delivery]") {
  Post post([](Config& config) { config.fetch_later = true; });
  post.track("a");
  CHECK(post.left.empty());
  post.storage_fails = true;
  post.track("b");
  REQUIRE(post.left.size() == 1);
  CHECK(contains(post.left[0], "\"b\""));
}

TEST_CASE("a leaving page disarms fetchLater, as it sends the events itself", "[delivery]") {
  Post post([](Config& config) { config.confirm_unload = config.fetch_later = true; });
  post.track("a");
  post.delivery->handle_pagehide();
  post.drain();
  CHECK(post.requests.size() == 1);
  CHECK(post.left.back().empty());
}

// Another page may have what the server takes, and has no lock that says when its turn is.
TEST_CASE("without locks a page whose only event fails gives way to those that read its pause",
          "[delivery]") {
  Post post([](Config& config) { config.locks = false; });
  post.track("e1");
  for (int i = 0; i < 4; ++i) {
    while (post.count_open() == 0) post.jump(std::max<Millis>(post.wait(), 1));
    post.answer(0);
  }
  const std::string pause = post.storage["a.w.e"];  // "<failures> <until> <since> …"
  const Millis until = std::stoll(pause.substr(pause.find(' ')));
  CHECK(post.wait() >= until - post.now.wall + Retry::kFirstWindow - 1);
}
