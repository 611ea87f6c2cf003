// A delivery alone: the test performs what it asks for, and decides what is answered.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "core/text.h"
#include "delivery/delivery.h"
#include "delivery/documented_limits.h"
#include "delivery/event.h"

namespace appizer::test {

using Names = std::vector<std::string>;
constexpr Millis kWall = 1763928000000;

struct Request {
  std::uint32_t id;
  std::string url;
  std::string body;
  bool keepalive;
  bool over = false;  // answered or cancelled
};

/// A delivery alone: the test performs what it asks for, and decides what is answered.
struct Post {
  explicit Post(const std::function<void(Config&)>& choose = [](Config&) {}) {
    config.app_id = "demo";
    config.api_base = "https://x.example";
    choose(config);
    // Of which the first wait that is drawn is the shortest.
    ids.seed({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x25, 0xd6, 0x0f, 0xe5});
    delivery = std::make_unique<Delivery>(config, ids, "a.", config.live());
    for (const auto lane : {Delivery::events, Delivery::users, Delivery::suspects}) {
      delivery->journal(lane).set_document("d");
    }
  }

  Config config;
  Ids ids;
  std::unique_ptr<Delivery> delivery;
  Effects effects;
  Moment now{100000, kWall};
  std::map<std::string, std::string> storage;
  bool storage_fails = false;
  /// Characters that storage takes.
  std::size_t quota = SIZE_MAX;
  std::vector<Request> requests;
  std::vector<nlohmann::json> reports;
  std::map<std::uint32_t, std::string> flushes;
  std::vector<std::pair<Hint, std::string>> hints;
  std::vector<std::string> left;  // bodies left with the browser

  void track(const std::string& name, std::size_t padding = 0) {
    Record record;
    record.text = "{\"event_name\":\"" + name + "\",\"user_id\":\"u1\",\"properties\":{" +
                  (padding == 0 ? "" : "\"p\":\"" + std::string(padding, 'x') + "\",") +
                  "\"$event_id\":\"" + name + "\"";
    delivery->add(Delivery::events, std::move(record), effects);
    drain();
  }
  void track_many(int count, std::size_t padding = 0) {
    for (int i = 0; i < count; ++i) track("e" + std::to_string(++tracked), padding);
  }
  int tracked = 0;
  void name_person(const std::string& id) {
    Record record;
    record.kind = Kind::user;
    record.text = "{\"user_id\":\"" + id + "\"";
    delivery->add(Delivery::users, std::move(record), effects);
    drain();
  }

  void drain() {
    for (;;) {
      if (effects.empty()) delivery->advance(now, effects);
      if (effects.empty()) return;
      perform(effects.take());
    }
  }
  void perform(const Effect& effect) {
    switch (effect.kind) {
      case Effect::request:
        requests.push_back({effect.number, effect.text, effect.more, effect.flag});
        break;
      case Effect::cancel:
        for (Request& request : requests) request.over |= request.id == effect.number;
        break;
      case Effect::store:
        if (!store(effect.text, effect.more)) {
          delivery->handle_store_failed(effect.text, now.monotonic);
        }
        break;
      case Effect::erase:
        storage.erase(effect.text);
        break;
      case Effect::report:
        reports.push_back(parsed(effect.text));
        break;
      case Effect::flushed:
        flushes[effect.number] = effect.text;
        break;
      case Effect::hint:
        hints.emplace_back(static_cast<Hint>(effect.number), effect.text);
        break;
      case Effect::fetch_later:
        left.push_back(effect.more);
        break;
      default:
        FAIL("asked for something else");
    }
  }

  std::size_t used() const {
    std::size_t sum = 0;
    for (const auto& [key, text] : storage) sum += key.size() + text.size();
    return sum;
  }
  bool store(const std::string& key, const std::string& text) {
    const auto before = storage.find(key);
    const std::size_t freed = before == storage.end() ? 0 : key.size() + before->second.size();
    if (storage_fails || used() - freed + key.size() + text.size() > quota) return false;
    storage[key] = text;
    return true;
  }

  /// Goes from wake to wake until then.
  void pass(Millis time) {
    const Millis end = now.monotonic + time;
    for (;;) {
      const Millis next = std::max(delivery->next_wake(now.monotonic), now.monotonic + 1);
      if (next > end) break;
      jump(next - now.monotonic);
    }
    jump(end - now.monotonic);
  }
  void jump(Millis time) {
    now.monotonic += time;
    now.wall += time;
    drain();
  }

  Request& open() {
    const auto found = std::find_if(requests.begin(), requests.end(),
                                    [](const Request& request) { return !request.over; });
    REQUIRE(found != requests.end());
    return *found;
  }
  std::size_t count_open() const {
    return static_cast<std::size_t>(
        std::count_if(requests.begin(), requests.end(), [](const Request& r) { return !r.over; }));
  }
  void answer(int status, const std::string& body = "", const RetryHeaders& wait = {}) {
    Request& request = open();
    request.over = true;
    if (outcome(status) == Outcome::delivered) {
      for (const std::string& name : names_in(request)) arrived.push_back(name);
    }
    delivery->handle_response(request.id, status, wait, body, now, effects);
    drain();
  }
  Names arrived;

  static Names names_in(const Request& request) {
    const auto body = parsed(request.body);
    REQUIRE(body.is_object());
    Names names;
    if (body.contains("events")) {
      for (const auto& event : body["events"]) names.push_back(event["event_name"]);
    } else {
      names.push_back(body.value("event_name", body["user_id"].get<std::string>()));
    }
    return names;
  }
  Names sent() { return names_in(requests.back()); }

  /// Answers everything by the rule until nothing is left to do.
  template <typename Rule>
  void serve(Rule status_of, Millis at_most = kHour) {
    const Millis end = now.monotonic + at_most;
    while (now.monotonic < end) {
      while (count_open() > 0) answer(status_of(open()));
      const Millis next = delivery->next_wake(now.monotonic);
      if (next == kNever) return;
      jump(std::max<Millis>(next - now.monotonic, 1));
    }
  }
  void serve() {
    serve([](const Request&) { return 200; });
  }
  bool asleep() const { return delivery->next_wake(now.monotonic) == kNever; }
  Millis wait() const { return delivery->next_wake(now.monotonic) - now.monotonic; }
};

inline Names numbered(int from, int to) {
  Names names;
  for (int i = from; i <= to; ++i) names.push_back("e" + std::to_string(i));
  return names;
}

}  // namespace appizer::test
