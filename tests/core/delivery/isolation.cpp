// Nothing blocks the queue for ever: what something between page and server refuses.
#include "core/delivery/post.h"

using namespace appizer;
using namespace appizer::test;

namespace {

bool has(const Request& request, const std::string& name) {
  const Names names = Post::names_in(request);
  return std::find(names.begin(), names.end(), name) != names.end();
}

void name_alias(Post& post, const std::string& user) {
  Record alias;
  alias.kind = Kind::alias;
  alias.text = "{\"user_id\":\"" + user + "\",\"alias_id\":\"anon\"";
  post.delivery->add(Delivery::users, std::move(alias), post.effects);
  post.drain();
}

bool is_alias(const Request& request) { return contains(request.url, "/aliases"); }

}  // namespace

TEST_CASE("one event that a firewall refuses does not hold back the others", "[isolation]") {
  const int status = GENERATE(0, 403);
  const auto poison = GENERATE(values<std::string>({"e1", "e4", "e10"}));
  CAPTURE(status, poison);
  Post post;
  post.track_many(10);
  const auto firewall = [&](const Request& request) { return has(request, poison) ? status : 200; };
  post.serve(firewall, 10 * kMinute);
  CHECK(post.arrived.size() == 9);
  CHECK(std::find(post.arrived.begin(), post.arrived.end(), poison) == post.arrived.end());
  CHECK(post.reports.empty());
  // What comes later is not held back either.
  for (int i = 0; i < 5; ++i) post.track("later");
  post.serve(firewall, 20 * kMinute);
  CHECK(post.arrived.size() == 14);
  // The firewall is fixed: nothing is lost.
  post.serve([](const Request&) { return 200; }, 2 * kHour);
  CHECK(post.arrived.size() == 15);
  CHECK(post.asleep());
  CHECK(post.storage.empty());
}

TEST_CASE("two events that a firewall refuses do not hold back the others", "[isolation]") {
  const int status = GENERATE(0, 403);
  Post post;
  post.track_many(10);
  const auto firewall = [&](const Request& request) {
    return has(request, "e1") || has(request, "e2") ? status : 200;
  };
  post.serve(firewall, 30 * kMinute);
  CHECK(post.arrived.size() == 8);
  CHECK(post.delivery->journal(Delivery::suspects).size() == 2);
}

TEST_CASE("a suspect is tried ever more rarely, and dropped and reported in the end",
          "[isolation]") {
  Post post;
  post.track_many(3);
  const auto firewall = [&](const Request& request) { return has(request, "e1") ? 403 : 200; };
  std::size_t tries = 0;
  for (int hour = 0; hour < 48; ++hour) {
    post.track("other");
    post.serve(firewall, kHour);
    if (post.now.monotonic < 0) break;
    post.jump(10 * kMinute);
  }
  for (const Request& request : post.requests) tries += has(request, "e1");
  CHECK(tries < 80);
  REQUIRE(post.reports.size() == 1);
  CHECK(post.reports[0]["reason"] == "refused");
  CHECK(post.reports[0]["records"][0]["event_name"] == "e1");
  CHECK(post.delivery->journal(Delivery::suspects).size() == 0);
  post.track("next");
  post.serve(firewall, kMinute);
  CHECK(std::any_of(post.requests.begin(), post.requests.end(), [](const Request& request) {
    return contains(request.body, "\"$dropped\":1");
  }));
}

TEST_CASE("the alias of a user whose record fails again and again stays behind it", "[isolation]") {
  Post post;
  post.name_person("bad");
  name_alias(post, "bad");
  post.name_person("good");
  const auto firewall = [&](const Request& request) {
    return has(request, "bad") && !is_alias(request) ? 403 : 200;
  };
  for (int hour = 0; hour < 6; ++hour) {
    post.name_person("other" + std::to_string(hour));
    post.serve(firewall, kHour);
  }
  CHECK(post.delivery->journal(Delivery::suspects).size() == 2);
  CHECK(std::none_of(post.requests.begin(), post.requests.end(), is_alias));
  post.serve([](const Request&) { return 200; }, 3 * kHour);
  CHECK(post.asleep());
  CHECK(is_alias(post.requests.back()));
  CHECK(has(post.requests[post.requests.size() - 2], "bad"));
}

TEST_CASE("where nothing passes nothing is suspected or dropped", "[isolation]") {
  const int status = GENERATE(0, 401, 403, 404);
  CAPTURE(status);
  Post post;
  post.track_many(10);
  post.serve([&](const Request&) { return status; }, 48 * kHour);
  CHECK(post.reports.empty());
  CHECK(post.delivery->journal(Delivery::events).size() == 10);
  CHECK(post.requests.size() < (status == 0 ? 1500 : 80));
  post.serve();
  CHECK(post.arrived.size() == 10);
}

TEST_CASE("bodies become small enough for a proxy that cuts them", "[isolation]") {
  const int status = GENERATE(0, 403);
  CAPTURE(status);
  Post post;
  post.track_many(40, 1000);
  post.serve([&](const Request& request) { return request.body.size() > 8192 ? status : 200; },
             20 * kMinute);
  CHECK(post.arrived == numbered(1, 40));
  CHECK(post.reports.empty());
}

TEST_CASE("a proxy that cuts bodies is not tried with large ones all the time", "[isolation]") {
  const int status = GENERATE(0, 403);
  CAPTURE(status);
  Post post;
  post.track_many(400, 1000);
  // More than the first one after a failure has.
  const auto cut = [&](const Request& request) {
    return request.body.size() > 20000 ? status : 200;
  };
  post.serve(cut, kHour);
  CHECK(post.arrived == numbered(1, 400));
  const auto failed = std::count_if(post.requests.begin(), post.requests.end(),
                                    [&](const Request& request) { return cut(request) != 200; });
  CHECK(failed < 15);
}

TEST_CASE("after an outage batches are large again", "[isolation]") {
  Post post;
  post.track_many(500);
  post.serve([](const Request&) { return 0; }, 3 * kMinute);
  const std::size_t before = post.requests.size();
  post.serve();
  CHECK(post.arrived.size() == 500);
  CHECK(post.requests.size() - before < 20);
}

TEST_CASE("an alias that is not allowed holds back nobody", "[isolation]") {
  const int status = GENERATE(401, 403);
  CAPTURE(status);
  Post post;
  post.name_person("jane");
  name_alias(post, "jane");
  post.name_person("with_email");
  post.serve([&](const Request& request) { return is_alias(request) ? status : 200; }, kMinute);
  CHECK(post.arrived == Names{"jane", "with_email"});
  CHECK(post.reports.empty());
  // It waits, and arrives when it is allowed.
  post.serve([](const Request&) { return 200; }, 2 * kHour);
  CHECK(post.arrived.size() == 3);
  CHECK(post.asleep());
}

TEST_CASE("an alias whose refusal cannot be read holds back nobody", "[isolation]") {
  Post post;
  post.name_person("jane");
  name_alias(post, "jane");
  post.name_person("with_email");
  post.serve([&](const Request& request) { return is_alias(request) ? 0 : 200; }, 5 * kMinute);
  CHECK(post.arrived == Names{"jane", "with_email"});
}

TEST_CASE("a 404 is final for an alias, and passes for everything else", "[isolation]") {
  Post post;
  post.track("a");
  post.name_person("jane");
  name_alias(post, "jane");
  bool deployed = false;
  const auto ingress = [&](const Request& request) {
    return is_alias(request) || !deployed ? 404 : 200;
  };
  post.serve(ingress, 30 * kSecond);
  CHECK(post.reports.empty());
  deployed = true;
  post.serve(ingress, 10 * kMinute);
  CHECK(post.arrived == Names{"jane", "a"});
  REQUIRE(post.reports.size() == 1);
  CHECK(post.reports[0]["records"][0]["kind"] == "alias");
}

TEST_CASE("a suspect is in storage all the time, also where there is no room for a copy of it",
          "[isolation]") {
  Post post;
  for (int i = 1; i < 5; ++i) post.track("e" + std::to_string(i), 1000);
  const auto kept = [&] {
    return std::any_of(post.storage.begin(), post.storage.end(), [](const auto& item) {
      return item.second.find("\"e1\"") != std::string::npos;
    });
  };
  post.serve(
      [&](const Request& request) {
        CHECK(kept());
        post.quota = post.used() + 100;
        return has(request, "e1") ? 403 : 200;
      },
      kHour);
  CHECK(post.arrived.size() == 3);
  CHECK(post.delivery->journal(Delivery::suspects).size() == 1);
  CHECK(kept());
}

TEST_CASE("a suspect stays where it was while storage refuses it elsewhere", "[isolation]") {
  const bool moves_again = GENERATE(false, true);
  CAPTURE(moves_again);
  Post post;
  // Too large for a segment that has been written already.
  for (int i = 1; i < 4; ++i) post.track("e" + std::to_string(i), 3000);
  const auto copies = [&] {
    return std::count_if(post.storage.begin(), post.storage.end(),
                         [](const auto& item) { return contains(item.second, "\"e1\""); });
  };
  const auto firewall = [&](const Request& request) { return has(request, "e1") ? 403 : 200; };
  const Journal& suspects = post.delivery->journal(Delivery::suspects);
  post.storage_fails = !moves_again;
  post.serve(firewall, 10 * kMinute);
  REQUIRE(suspects.size() == 1);
  if (moves_again) {
    CHECK(copies() == 1);
    post.storage_fails = true;
    post.serve(firewall, 6 * kHour);
    REQUIRE(suspects.size() == 1);
  }
  CHECK(copies() == 1);
  post.storage_fails = false;
  post.pass(Journal::kStoragePause);
  CHECK(copies() == 1);
  CHECK(post.storage.count("a.j.d.e0") == 0);
  post.serve();
  CHECK(post.arrived.size() == 3);
  CHECK(copies() == 0);
  CHECK(post.asleep());
}

TEST_CASE("a wait that the server asks a suspect for holds for all that is sent there",
          "[isolation]") {
  const bool is_user = GENERATE(false, true);
  CAPTURE(is_user);
  Post post;
  const auto add = [&](const std::string& name) {
    is_user ? post.name_person(name) : post.track(name);
  };
  for (const char* name : {"e1", "e2", "e3"}) add(name);
  const Journal& suspects = post.delivery->journal(Delivery::suspects);
  for (int tries = 0; suspects.size() == 0 && tries < 60; ++tries) {
    post.serve([&](const Request& request) { return has(request, "e1") ? 403 : 200; },
               10 * kSecond);
  }
  REQUIRE(suspects.size() == 1);
  while (post.count_open() == 0) post.jump(kSecond);
  REQUIRE(post.sent() == Names{"e1"});
  RetryHeaders wait;
  wait.retry_after = 120;
  post.answer(503, "", wait);
  add("e4");
  post.pass(119 * kSecond);
  CHECK(post.count_open() == 0);
  CHECK(contains(post.storage[is_user ? "a.w.p" : "a.w.e"], "0 "));
  // What is sent elsewhere goes on.
  is_user ? post.track("other") : post.name_person("other");
  post.serve([](const Request&) { return 200; }, 30 * kMinute);
  CHECK(post.asleep());
  CHECK(post.storage.empty());
}

TEST_CASE("a suspect does not wait for ever for what alone is left of its lane", "[isolation]") {
  Post post;
  post.name_person("known");
  name_alias(post, "known");
  post.pass(kSecond);
  post.answer(200);
  REQUIRE(is_alias(post.open()));
  post.answer(403);
  REQUIRE(post.delivery->journal(Delivery::suspects).size() == 1);
  // No other record shows that it is at fault.
  post.name_person("bad");
  const auto proxy = [&](const Request& request) { return has(request, "bad") ? 0 : 200; };
  post.serve(proxy, 10 * kMinute);
  CHECK(post.delivery->journal(Delivery::suspects).size() == 1);
  post.serve(proxy, kHour);
  CHECK(post.delivery->journal(Delivery::suspects).size() == 0);
  CHECK(post.delivery->journal(Delivery::users).size() == 1);
}

TEST_CASE("a page restored from the cache takes a suspect back from where storage has it",
          "[isolation]") {
  Post post;
  post.track_many(3);
  post.storage_fails = true;
  post.serve([&](const Request& request) { return has(request, "e1") ? 403 : 200; }, 10 * kMinute);
  REQUIRE(post.delivery->journal(Delivery::suspects).size() == 1);
  post.delivery->handle_pagehide();
  post.drain();
  post.delivery->handle_handover(post.effects);
  post.drain();
  post.delivery->handle_pageshow(post.now, post.effects);
  post.drain();
  CHECK(post.delivery->journal(Delivery::suspects).size() == 0);
  REQUIRE(contains(post.storage["a.j.d.e0"], "\"e1\""));
}

TEST_CASE("suspects outlive the page, and what counted against them does", "[isolation]") {
  Record record;
  record.text = R"({"event_name":"a","user_id":"u1","properties":{"$event_id":"a")";
  record.strikes = 3;
  record.dropped = 2;
  record.app = "other";
  String line;
  append_line(line, record);
  Record read;
  REQUIRE(from_line(line, read));
  CHECK(read.strikes == 3);
  CHECK(read.dropped == 2);
  CHECK(read.app == "other");
  CHECK(read.text == record.text);
}

TEST_CASE("an event beyond the documented limits is cut to them once, then dropped",
          "[isolation]") {
  const bool accepts = GENERATE(true, false);
  Post post;
  Record record;
  record.text =
      "{\"event_name\":\"cart\",\"user_id\":\"u1\",\"properties\":{\"total\":5,\"items\":\"" +
      std::string(20000, 'x') + "\",\"$event_id\":\"cart\"";
  post.delivery->add(Delivery::events, std::move(record), post.effects);
  post.drain();
  post.serve(
      [&](const Request& request) { return accepts && request.body.size() < 10000 ? 200 : 400; });
  CHECK(post.requests.size() == 2);
  const auto properties = parsed(post.requests[1].body)["properties"];
  CHECK(properties["$cut"] == nlohmann::json::parse(R"(["items"])"));
  CHECK(properties["total"] == 5);
  CHECK(properties["$event_id"] == "cart");
  CHECK(post.reports.size() == (accepts ? 0 : 1));
  CHECK(post.asleep());
}

TEST_CASE("a name of more than a hundred characters is cut, between characters", "[isolation]") {
  Post post;
  std::string name;
  for (int i = 0; i < 120; ++i) name += "é";
  post.track(name);
  post.serve([&](const Request& request) {
    return contains(request.body, "event_name") &&
                   count_characters(parsed(request.body)["event_name"].get<std::string>()) <= 100
               ? 200
               : 422;
  });
  REQUIRE(post.arrived.size() == 1);
  CHECK(post.arrived[0].size() == 200);
  CHECK(parsed(post.requests[1].body)["properties"]["$cut"][0] == "event_name");
}

TEST_CASE("a large request leaves the quota for keepalive to the page", "[isolation]") {
  Post post;
  post.track_many(20, 2500);
  post.pass(kSecond);
  REQUIRE(post.requests.size() == 1);
  CHECK_FALSE(post.requests[0].keepalive);
  post.track("small");
  post.answer(200);
  post.pass(5 * kSecond);
  CHECK(post.requests[1].keepalive);
}

TEST_CASE("storage that works again is written soon, also in a long pause", "[isolation]") {
  Post post;
  post.track("a");
  post.pass(Delivery::kSoon);
  post.answer(429, "", {3600, {}});
  post.storage_fails = true;
  post.track("b");
  post.storage_fails = false;
  post.pass(Journal::kStoragePause + kSecond);
  bool stored = false;
  for (const auto& [key, text] : post.storage) stored = stored || contains(text, "\"b\"");
  CHECK(stored);
}

TEST_CASE("a backlog that no server has answered for a day is cut to its newest megabyte",
          "[isolation]") {
  Post post;
  for (int i = 0; i < 300; ++i) post.track_many(10, 1000);
  post.serve([](const Request&) { return 0; }, 23 * kHour);
  CHECK(post.reports.empty());
  post.serve([](const Request&) { return 0; }, 2 * kHour);
  CHECK(post.delivery->journal(Delivery::events).bytes() <= Delivery::kStaleBytes);
  CHECK(post.delivery->journal(Delivery::events).bytes() > Delivery::kStaleBytes * 9 / 10);
  REQUIRE_FALSE(post.reports.empty());
  CHECK(post.reports[0]["reason"] == "evicted");
  const std::size_t left = post.delivery->journal(Delivery::events).size();
  CHECK(post.reports[0]["count"].get<std::size_t>() == 3000 - left);
  post.track_many(100, 1000);
  CHECK(post.delivery->journal(Delivery::events).bytes() <= Delivery::kStaleBytes);
}

TEST_CASE("an interval makes events share requests", "[isolation]") {
  Post post([](Config& config) { config.flush_interval = 30 * kSecond; });
  post.track("a");
  post.pass(29 * kSecond);
  CHECK(post.requests.empty());
  CHECK_FALSE(post.storage.empty());
  post.track("b");
  SECTION("until it is over") { post.pass(kSecond); }
  SECTION("or until the page is hidden") {
    post.delivery->handle_visibility(false);
    post.drain();
  }
  SECTION("or left") {
    post.delivery->handle_pagehide();
    post.drain();
  }
  SECTION("or somebody asks for it") {
    post.delivery->flush(1);
    post.drain();
  }
  REQUIRE(post.requests.size() == 1);
  CHECK(post.sent() == Names{"a", "b"});
}

TEST_CASE("half of all pages are back nine seconds after an outage of twenty", "[isolation]") {
  std::vector<Millis> times;
  for (std::uint8_t seed = 1; seed <= 40; ++seed) {
    Post post([](Config& config) { config.locks = true; });
    Entropy entropy{};
    entropy[0] = seed;
    entropy[7] = static_cast<std::uint8_t>(seed * 37);
    post.ids.seed(entropy);
    post.track_many(20);
    const Millis back = post.now.monotonic + 20 * kSecond;
    while (post.arrived.size() < 20) {
      post.delivery->set_recovery_lock(post.delivery->wants_recovery_lock());
      post.drain();
      while (post.count_open() > 0) post.answer(post.now.monotonic < back ? 0 : 200);
      const Millis next = post.delivery->next_wake(post.now.monotonic);
      if (post.arrived.size() < 20) post.jump(std::max<Millis>(next - post.now.monotonic, 1));
    }
    times.push_back(post.now.monotonic - back);
  }
  std::sort(times.begin(), times.end());
  CHECK(times[times.size() / 2] < 9 * kSecond);
}
