#include "server/server.h"

#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

/// A process: performs the server's effects at once, on storage that others may share.
class Process {
 public:
  explicit Process(std::map<std::string, std::string>& storage, bool locks = true,
                   const std::string& facts = "")
      : storage_(storage) {
    const std::string config =
        R"({"options":{"apiBase":"https://api.test","debug":true},"facts":{"space":"key","keepalive":false,)"
        R"("visible":true,"online":true,"locks":)" +
        std::string(locks ? "true" : "false") + facts + "}}";
    Entropy seed{};
    seed[0] = static_cast<std::uint8_t>(++made);
    REQUIRE(server.start(config, seed, now) == Status::ok);
    drain();
  }

  Status track(const std::string& about, const std::string& properties = "") {
    const Status status = server.track("order_placed", properties, about, now.wall, now);
    drain();
    return status;
  }

  void drain() {
    Effect effect;
    while (server.poll(effect)) {
      const std::string key(View(effect.text));
      switch (effect.kind) {
        case Effect::store:
          storage_[key] = View(effect.more);
          break;
        case Effect::erase:
          storage_.erase(key);
          break;
        case Effect::read: {
          const auto found = storage_.find(key);
          server.handle_storage_value(
              effect.text, found == storage_.end() ? View::none() : View(found->second), now);
          break;
        }
        case Effect::scan: {
          std::string keys;
          for (const auto& [name, value] : storage_) {
            if (name.rfind(key, 0) == 0) keys += (keys.empty() ? "" : "\n") + name;
          }
          server.handle_storage_keys(keys, now);
          break;
        }
        case Effect::lock:
          server.handle_lock(effect.text, true, now);
          break;
        case Effect::request:
          bodies.emplace_back(View(effect.more));
          ids.push_back(effect.number);
          break;
        case Effect::hint:
          hints.push_back(static_cast<Hint>(effect.number));
          break;
        default:
          break;
      }
    }
  }

  /// Lets so much time pass, with every wake in it.
  void pass(Millis time) {
    const Millis end = now.monotonic + time;
    for (;;) {
      const Millis next = server.next_wake();
      REQUIRE(next >= 0);
      const Millis step = now.monotonic + next < end ? next : end - now.monotonic;
      now.monotonic += step;
      now.wall += step;
      server.handle_wake(now);
      drain();
      if (now.monotonic >= end) return;
    }
  }

  void answer_all(int status) {
    const auto waiting = std::move(ids);
    ids.clear();
    for (const auto id : waiting) server.handle_response(id, status, {}, "{}", now);
    drain();
  }

  Server server;
  Moment now{1000000, 1763928000000};
  std::vector<std::string> bodies;
  std::vector<std::uint32_t> ids;
  std::vector<Hint> hints;

 private:
  static inline int made = 0;
  std::map<std::string, std::string>& storage_;
};

}  // namespace

TEST_CASE("an event of a server is in storage when the call returns, with its facts", "[server]") {
  std::map<std::string, std::string> storage;
  Process process(storage);
  REQUIRE(process.track(R"({"user_id":"u","ip":"1.2.3.4","ua":"A \"B\"","session_id":"s",)"
                        R"("view_id":"d.2"})",
                        R"({"amount":1})") == Status::ok);
  REQUIRE(storage.size() == 1);
  process.pass(5 * kSecond);
  REQUIRE(process.bodies.size() == 1);
  const auto event = parsed(process.bodies[0]);
  CHECK(event["user_id"] == "u");
  CHECK(event["ip"] == "1.2.3.4");
  CHECK(event["ua"] == "A \"B\"");
  CHECK(event["properties"]["amount"] == 1);
  CHECK(event["properties"]["$session_id"] == "s");
  CHECK(event["properties"]["$view_id"] == "d.2");
  CHECK_FALSE(event.contains("app_id"));
  process.answer_all(200);
  CHECK(storage.empty());
}

TEST_CASE("without a folder a server asks for no storage and no locks", "[server]") {
  Server server;
  const Moment now{1000000, 1763928000000};
  REQUIRE(server.start(R"({"options":{"cookieless":true},"facts":{"space":"key","locks":false}})",
                       Entropy{}, now) == Status::ok);
  REQUIRE(server.track("order_placed", {}, R"({"user_id":"u"})", now.wall, now) == Status::ok);
  Effect effect;
  CHECK_FALSE(server.poll(effect));
  const Moment later{now.monotonic + 5 * kSecond, now.wall + 5 * kSecond};
  server.handle_wake(later);
  REQUIRE(server.poll(effect));
  CHECK(effect.kind == Effect::request);
}

TEST_CASE("facts that are not known are not sent", "[server]") {
  std::map<std::string, std::string> storage;
  Process process(storage);
  process.track(R"({"user_id":7,"ip":null,"ua":""})");
  process.pass(5 * kSecond);
  const auto event = parsed(process.bodies.at(0));
  CHECK(event["user_id"] == "7");
  CHECK_FALSE(event.contains("ip"));
  CHECK_FALSE(event.contains("ua"));
  CHECK_FALSE(event["properties"].contains("$session_id"));
  CHECK_FALSE(event["properties"].contains("$view_id"));
}

TEST_CASE("a server's call without a plausible user records nothing", "[server]") {
  std::map<std::string, std::string> storage;
  Process process(storage);
  for (const char* about : {"{}", R"({"user_id":""})", R"({"user_id":"null"})", "", "[", "7"}) {
    CHECK(process.track(about) == Status::user_id_unusable);
  }
  CHECK(process.server.identify(R"({"traits":{"a":1}})", process.now) == Status::user_id_unusable);
  CHECK(process.server.alias(R"({"user_id":"u"})", process.now) == Status::user_id_unusable);
  CHECK(process.server.identify(R"({"user_id":"u","traits":7})", process.now) ==
        Status::user_properties_unusable);
  process.drain();
  CHECK(storage.empty());
  CHECK(process.hints.size() == 9);
}

TEST_CASE("a running process takes over what one that was killed has left", "[server]") {
  std::map<std::string, std::string> storage;
  Process young(storage);
  young.pass(10 * kSecond);
  {
    Process old(storage);
    old.track(R"({"user_id":"u"})");
  }
  REQUIRE_FALSE(storage.empty());
  young.pass(Server::kScanInterval + 10 * kSecond);
  REQUIRE(young.bodies.size() == 1);
  young.answer_all(200);
  CHECK(storage.empty());
}

TEST_CASE("requests after a burst come in the interval that the server chose", "[server]") {
  std::map<std::string, std::string> storage;
  Process process(storage, true, R"(,"request_interval":100)");
  const auto send = [&](int count) {
    for (int i = 0; i < count; ++i) {
      process.track(R"({"user_id":"u"})");
      process.server.flush(1, process.now);
      process.drain();
      process.answer_all(200);
    }
  };
  send(Delivery::kBurst);
  const std::size_t burst = process.bodies.size();
  send(1);
  CHECK(process.bodies.size() == burst);
  process.pass(100);
  CHECK(process.bodies.size() == burst + 1);
  process.answer_all(200);
  for (int i = 0; i < 10; ++i) {
    send(1);
    process.pass(100);
    process.answer_all(200);
  }
  CHECK(process.bodies.size() >= burst + 10);
}
