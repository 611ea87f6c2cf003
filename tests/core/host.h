// A host of plain data for clients: performs their effects at once, records requests and reports,
// and advances the time from wake to wake.
#pragma once

#include <algorithm>
#include <climits>
#include <deque>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "client.h"
#include "core/text.h"

namespace appizer::test {

class Host;

/// A request, and whether it is over.
struct Sent {
  std::uint32_t id;
  std::string url;
  std::string body;
  bool keepalive;
  bool over = false;  // answered or cancelled
};

/// The names in a body, in order: of events, or "user <id>" and "alias <id>".
inline std::vector<std::string> names_in(const Sent& sent) {
  const auto body = parsed(sent.body);
  std::vector<std::string> names;
  if (body.is_discarded()) return {"<no JSON>"};
  if (body.contains("events")) {
    for (const auto& event : body["events"]) names.push_back(event["event_name"]);
  } else if (body.contains("event_name")) {
    names.push_back(body["event_name"]);
  } else {
    names.push_back((body.contains("alias_id") ? "alias " : "user ") +
                    body["user_id"].get<std::string>());
  }
  return names;
}

/// What all documents of a site share: storage, locks, the time, and the server.
class Origin {
 public:
  std::map<std::string, std::string> storage;
  bool storage_fails = false;
  /// No storage events are sent.
  bool silent = false;
  std::map<std::string, Host*> locks;
  /// The names of its keys cannot be read.
  bool unreadable = false;
  /// No request for a lock is answered.
  bool dead_locks = false;
  Moment now{1000000, 1763928000000};
  /// Answers a request with a status; without it requests stay unanswered.
  std::function<int(const Sent&)> server;
  /// What the server took, in order.
  std::vector<std::string> arrived;
  std::vector<std::string> bodies;

  /// Goes from wake to wake until then.
  void run_for(Millis time);
  /// Lets time pass in which no client wakes.
  void sleep(Millis time) {
    now.monotonic += time;
    now.wall += time;
  }
  /// Until nothing would happen any more, at most for a day.
  void run() { run_for(24 * kHour); }
  bool asleep() const;

 private:
  friend Host;
  void settle();
  void grant(const std::string& name);
  void took(const Sent& sent) {
    for (std::string& name : names_in(sent)) arrived.push_back(std::move(name));
    bodies.push_back(sent.body);
  }

  std::vector<Host*> hosts_;
  std::vector<std::pair<std::string, Host*>> queue_;  // who waits for which lock
  std::deque<std::pair<Host*, std::function<void()>>> host_events_;
  bool settling_ = false;
};

/// One document and its client.
class Host {
 public:
  struct Facts {
    bool online = true;
    bool visible = true;
    bool locks = true;
    bool later = false;
    bool hooks = false;
    bool prerendering = false;
    /// Where the page is, and where it came from.
    std::string url = "https://shop.example/";
    std::string referrer{};
    /// Further facts, each after a comma.
    std::string more{};
    /// It dies after so many effects.
    int effects = INT_MAX;
  };

  /// `options` are members beside the app's id: `"debug":true`.
  Host(Origin& origin, const std::string& options, Facts facts) : origin_(origin), facts_(facts) {
    const auto flag = [](bool value) { return value ? "true" : "false"; };
    const std::string config =
        std::string(R"({"options":{"appId":"demo")") + (options.empty() ? "" : ",") + options +
        R"(},"facts":{"ua":"test","online":)" + flag(facts.online) +
        ",\"visible\":" + flag(facts.visible) + ",\"locks\":" + flag(facts.locks) +
        ",\"later\":" + flag(facts.later) + ",\"hooks\":" + flag(facts.hooks) +
        ",\"prerendering\":" + flag(facts.prerendering) + facts.more + "}}";
    const Client::Seed seed{fresh(), fresh()};
    origin.hosts_.push_back(this);
    status = client.start(config, seed, origin.now);
    drain();
  }
  explicit Host(Origin& origin, const std::string& options = "") : Host(origin, options, Facts{}) {}
  Host(const Host&) = delete;

  /// The document ends without an event.
  ~Host() {
    std::erase(origin_.hosts_, this);
    std::erase_if(origin_.host_events_, [this](const auto& event) { return event.first == this; });
    unlock("");
  }

  Status track(const std::string& name, const std::string& properties = "") {
    const Moment now = origin_.now;
    const Status result = client.track(name, properties, "", now.wall, now);
    drain();
    return result;
  }
  void track_many(int count, const std::string& properties = "") {
    for (int i = 0; i < count; ++i) track("e" + std::to_string(++tracked_), properties);
  }
  Status set_user_id(const std::string& id) {
    const Status result = client.set_user_id(id, origin_.now);
    drain();
    return result;
  }
  void reset() {
    client.reset(fresh(), origin_.now);
    drain();
  }
  /// "granted", "denied" or "pending".
  void decide(const std::string& decision) { decide_as('"' + decision + '"'); }
  /// As the page has written it, as JSON.
  void decide_as(const std::string& json) {
    client.set_consent(json, fresh(), origin_.now);
    drain();
  }
  void flush(std::uint32_t token) {
    client.flush(token, origin_.now);
    drain();
  }

  void online(bool online) {
    input([=, this] { client.handle_online(online, origin_.now); });
  }
  void visible(bool visible) {
    input([=, this] { client.handle_visibility(visible, origin_.now); });
  }
  /// The app goes to another page, by a click of the visitor.
  void go(const std::string& url) {
    facts_.url = url;
    input([this] { client.handle_navigation(facts_.url, true, origin_.now); });
  }
  /// Another tab wrote a key.
  void hear(const std::string& key, const std::string& text) {
    input([&] { client.handle_storage_value(key, text, origin_.now); });
  }
  /// The page goes away; what it sent may be refused in between.
  void leave(const std::function<void()>& in_between = [] {}) {
    input([this] { client.handle_pagehide(origin_.now); });
    in_between();
    input([this] { client.handle_handover(origin_.now); });
  }
  /// The page comes back from the back/forward cache.
  void come_back() {
    input([this] { client.handle_pageshow(origin_.now); });
  }
  /// Somebody emptied storage.
  void lose_storage() {
    origin_.storage.clear();
    input([this] { client.handle_storage_cleared(origin_.now); });
  }

  /// Answers the oldest request that is open.
  void answer(int status_code, const std::string& body = "", const RetryHeaders& wait = {}) {
    const auto found =
        std::find_if(sent.begin(), sent.end(), [](const Sent& one) { return !one.over; });
    if (found != sent.end()) answer(*found, status_code, body, wait);
  }
  void answer(Sent& request, int status_code, const std::string& body = "",
              const RetryHeaders& wait = {}) {
    request.over = true;
    if (outcome(status_code) == Outcome::delivered) origin_.took(request);
    const std::uint32_t id = request.id;
    input([&] { client.handle_response(id, status_code, wait, body, origin_.now); });
  }
  std::size_t open() const {
    return static_cast<std::size_t>(
        std::count_if(sent.begin(), sent.end(), [](const Sent& one) { return !one.over; }));
  }
  bool asleep() const { return client.next_wake() < 0; }

  /// Performs all effects, and what follows from them in other documents.
  void drain() {
    drained_ = origin_.now.monotonic;
    Effect effect;
    while (facts_.effects > 0 && client.poll(effect)) {
      --facts_.effects;
      perform(effect);
    }
    origin_.settle();
  }

  Client client;
  Status status = Status::ok;
  std::deque<Sent> sent;
  std::vector<std::pair<Hint, std::string>> hints;
  std::vector<nlohmann::json> reports;
  std::map<std::uint32_t, std::string> flushed;
  /// The body with which fetchLater is armed.
  std::string left;
  /// Writes, and the characters of the last one.
  std::size_t writes = 0;
  std::size_t last_write = 0;
  /// Called before an automatic event passes the site's hooks.
  std::function<void(const std::string&)> composing;

 private:
  static Entropy fresh() {
    static std::uint8_t seeds = 0;
    return all_of(++seeds);
  }

  template <typename Call>
  void input(Call call) {
    call();
    drain();
  }

  void value(const std::string& key) {
    const auto found = origin_.storage.find(key);
    client.handle_storage_value(
        key, found == origin_.storage.end() ? View::none() : View(found->second), origin_.now);
  }

  void perform(const Effect& effect) {
    switch (effect.kind) {
      case Effect::request:
        sent.push_back({effect.number, effect.text, effect.more, effect.flag});
        if (origin_.server) later([this, id = effect.number] { serve(id); });
        break;
      case Effect::cancel:
        for (Sent& one : sent) one.over |= one.id == effect.number;
        break;
      case Effect::store:
        ++writes;
        last_write = effect.more.size();
        if (origin_.storage_fails) {
          client.handle_store_failed(effect.text, origin_.now);
        } else {
          origin_.storage[effect.text] = effect.more;
          notify_others(effect.text);
        }
        break;
      case Effect::erase:
        if (origin_.storage.erase(effect.text) > 0) notify_others(effect.text);
        break;
      case Effect::read:
        value(effect.text);
        break;
      case Effect::scan: {
        std::string keys;
        for (const auto& [key, text] : origin_.storage) {
          if (key.starts_with(effect.text)) keys += key + "\n";
        }
        client.handle_storage_keys(origin_.unreadable ? View::none() : View(keys), origin_.now);
        break;
      }
      case Effect::lock:
        lock(effect.text, effect.flag);
        break;
      case Effect::unlock:
        unlock(effect.text);
        break;
      case Effect::fetch_later:
        left = effect.more;
        break;
      case Effect::hint:
        hints.emplace_back(static_cast<Hint>(effect.number), effect.text);
        break;
      case Effect::report:
        reports.push_back(parsed(effect.text));
        break;
      case Effect::flushed:
        flushed[effect.number] = effect.text;
        break;
      case Effect::page_facts:
        client.handle_page_facts(
            {.url = facts_.url, .title = "Shop", .referrer = facts_.referrer, .scroll = 50},
            origin_.now);
        break;
      case Effect::compose: {
        if (composing) composing(std::string(effect.text));
        // Hooks that change nothing.
        const auto event = parsed(effect.more);
        client.track(effect.text, event["properties"].dump(), event["app"].get<std::string>(),
                     event["happened"].get<Millis>(), origin_.now);
        break;
      }
      default:
        break;
    }
  }

  // The storage event: the others read the current value, not that of the event.
  void notify_others(const std::string& key) {
    if (origin_.silent || key.starts_with("cookie:"))
      return;  // no event reports a change of a cookie
    for (Host* other : origin_.hosts_) {
      if (other != this) other->later([=] { other->input([=] { other->value(key); }); });
    }
  }

  void later(std::function<void()> event) {
    origin_.host_events_.emplace_back(this, std::move(event));
  }

  void serve(std::uint32_t id) {
    for (Sent& one : sent) {
      if (one.id == id && !one.over) return answer(one, origin_.server(one));
    }
  }

  void lock(const std::string& name, bool wait) {
    if (origin_.dead_locks) return;
    if (origin_.locks.count(name) == 0) {
      origin_.locks[name] = this;
      later([=, this] { input([&] { client.handle_lock(name, true, origin_.now); }); });
    } else if (wait) {
      origin_.queue_.emplace_back(name, this);
    } else {
      later([=, this] { input([&] { client.handle_lock(name, false, origin_.now); }); });
    }
  }

  // An empty name, or one that ends with a dot, stands for all.
  void unlock(const std::string& name) {
    const auto meant = [&](const std::string& other) {
      return name.empty() || name.back() == '.' ? other.starts_with(name) : other == name;
    };
    std::erase_if(origin_.queue_,
                  [&](const auto& one) { return one.second == this && meant(one.first); });
    std::vector<std::string> freed;
    for (const auto& [other, owner] : origin_.locks) {
      if (owner == this && meant(other)) freed.push_back(other);
    }
    for (const std::string& other : freed) origin_.grant(other);
  }

  friend Origin;
  Origin& origin_;
  Facts facts_;
  Millis drained_ = 0;  // the last input, from which the client counts
  int tracked_ = 0;
};

inline void Origin::grant(const std::string& name) {
  locks.erase(name);
  const auto next = std::find_if(queue_.begin(), queue_.end(),
                                 [&](const auto& one) { return one.first == name; });
  if (next == queue_.end()) return;
  Host* const host = next->second;
  queue_.erase(next);
  locks[name] = host;
  host->later([=, this] { host->input([&] { host->client.handle_lock(name, true, now); }); });
}

inline void Origin::settle() {
  if (settling_) return;  // one after the other, not one inside the other
  settling_ = true;
  while (!host_events_.empty()) {
    const auto event = std::move(host_events_.front());
    host_events_.pop_front();
    event.second();
  }
  settling_ = false;
}

inline bool Origin::asleep() const {
  return std::all_of(hosts_.begin(), hosts_.end(), [](const Host* host) { return host->asleep(); });
}

inline void Origin::run_for(Millis time) {
  const Millis end = now.monotonic + time;
  for (int wakes = 0;; ++wakes) {
    if (wakes > 1000000) throw std::runtime_error("a client does not fall asleep");
    Host* next = nullptr;
    Millis wake = end - now.monotonic;
    for (Host* host : hosts_) {
      const Millis due = host->drained_ + host->client.next_wake() - now.monotonic;
      if (host->asleep() || due > wake) continue;
      wake = std::max<Millis>(due, 0);
      next = host;
    }
    sleep(wake);
    if (next == nullptr) return;
    next->input([&] { next->client.handle_wake(now); });
  }
}

}  // namespace appizer::test
