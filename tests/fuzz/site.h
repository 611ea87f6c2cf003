// A site as the fuzzers see it: pages one after the other that share a storage, a server, and an
// account of what became of every event.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/page.h"

namespace appizer::fuzz {

class Site {
 public:
  /// A request that has no answer yet.
  struct Flight {
    std::uint32_t id;
    std::vector<std::size_t> events;
    std::size_t records;
    bool of_people;
    bool keepalive;
    bool handed_over = false;
  };

  /// `options` are members beside the app's id, each after a comma.
  Site(std::string_view options, bool locks) : options_(options), locks_(locks) {}

  // What the site's pages do.

  std::int32_t open() {
    trace("opens at", page_.now());
    page_ = Page(page_.now());
    ++life_;
    for (Event& event : events_) event.flying = false;
    flights_.clear();
    wanted_.clear();
    gone_ = false;
    storage_failed_ = storage_fails;
    const auto flag = [](bool value) { return value ? "true" : "false"; };
    const std::string config =
        R"({"options":{"appId":"demo")" + options_ + R"(},"facts":{"ua":"fuzz","online":)" +
        flag(online_) + ",\"visible\":" + flag(visible_) + ",\"locks\":" + flag(locks_) + "}}";
    const std::int32_t status = page_.start(config, static_cast<std::uint8_t>(++pages_));
    settle();
    return status;
  }

  /// Without draining: more may come in the same task.
  void track(std::string_view properties, std::string_view app = {}) {
    trace("tracks", static_cast<double>(events_.size()));
    const std::string name = "e" + std::to_string(events_.size());
    events_.push_back({});
    events_.back().excused = forgotten;
    events_.back().life = life_;
    if (page_.track(name, properties, app) <= APZ_WAITS) drain();
  }
  /// A submission may be followed by a navigation.
  void form(std::int32_t kind, std::uint32_t id, double detail, std::string_view text) {
    parting_ = true;
    page_.form(kind, id, detail, text);
    settle();
  }
  void flush() {
    trace("flushes");
    flushes_.insert(++token_);
    apz_flush(token_, page_.now(), page_.wall());
    settle();
  }
  void show(bool visible) {
    trace("shows", visible);
    parting_ = parting_ || !visible;
    visible_ = visible;
    page_.host_event(visible ? APZ_VISIBLE : APZ_HIDDEN);
    settle();
  }
  void connect(bool online) {
    trace("is online", online);
    online_ = online;
    page_.host_event(online ? APZ_ONLINE : APZ_OFFLINE);
    settle();
  }
  /// The page is left; `refused`: the browser takes over nothing of what it sends at last.
  void leave(bool refused) {
    trace("leaves", refused);
    parting_ = leaving_ = true;
    page_.host_event(APZ_PAGEHIDE);
    drain();
    if (refused) {
      while (!flights_.empty() && !flights_.back().handed_over) answer(flights_.size() - 1, 0);
    }
    gone_ = true;
    settle();
  }
  /// From the back/forward cache.
  void come_back() {
    trace("comes back");
    gone_ = leaving_ = false;
    ++life_;
    std::erase_if(flights_, [](const Flight& flight) { return !flight.handed_over; });
    page_.host_event(APZ_PAGESHOW);
    settle();
  }
  /// The page is no more, without a word unless it has left before.
  void die() {
    trace("dies");
    settle();  // the task ends first
    if (storage_failed_ || only_memory) excuse();
    flushes_.clear();
    leaving_ = parting_ = false;
  }
  bool gone() const { return gone_; }

  // Host events.

  void answer(std::size_t index, int status, std::string_view body = {},
              double retry_after = std::nan(""), double reset = std::nan("")) {
    const Flight flight = flights_[index];
    trace("hears", status);
    flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(index));
    for (const std::size_t number : flight.events) {
      Event& event = events_[number];
      event.flying = false;
      event.handed_over = false;
      // Once the page has gone, what it carried is the next page's already, unless handed over.
      const bool heard = !gone_ || flight.handed_over;
      if (heard && status >= 200 && status < 300) event.arrived = true;
    }
    page_.answered(flight.id, status, body, retry_after, reset);
    drain();
  }
  void grant(bool granted) {
    if (wanted_.empty()) return;
    const std::string name = wanted_.front();
    wanted_.erase(wanted_.begin());
    trace("gets a lock", granted);
    page_.locked(name, granted);
    settle();
  }
  /// Lets time pass, with its wakes. `each` is called after every one.
  template <typename Each>
  void pass(double millis, Each each) {
    const double end = page_.now() + millis;
    for (int wakes = 0;; ++wakes) {
      expect(wakes < 5000, "a page does not spin");
      const double wake = gone_ ? -1 : Page::next_wake();
      if (wake < 0 || page_.now() + wake > end) break;
      page_.pass(std::max(wake, 1.0));
      trace("wakes at", page_.now());
      page_.host_event(APZ_WAKE);
      settle();
      each();
    }
    page_.pass(std::max(0.0, end - page_.now()));
  }
  void pass(double millis) {
    pass(millis, [] {});
  }
  /// Losses and copies from here on have a cause outside the core.
  void excuse() {
    trace("is excused");
    for (Event& event : events_) event.excused = event.excused || !event.arrived;
    excused_ = true;
  }

  /// Everything heals; then nothing may be left, and everything is accounted for.
  void heal() {
    trace("heals");
    storage_fails = false;
    if (gone_) {
      die();
      open();
    }
    connect(true);
    show(true);
    for (int round = 0; round < 4; ++round) {
      if (round > 0) {
        leave(false);
        die();
        open();
      }
      const auto all = [&] {
        for (int i = 0; i < 1000 && (!flights_.empty() || !wanted_.empty()); ++i) {
          if (!wanted_.empty()) grant(true);
          if (!flights_.empty()) {
            answer(0, 200);
            settle();
          }
        }
      };
      all();
      pass(30.0 * kHour, all);
      if (!journals_left() && unaccounted() <= unnamed_) break;
    }
    expect(Page::next_wake() < 0, "a page with nothing to do sleeps");
    expect(flights_.empty() && wanted_.empty(), "nothing is on its way");
    expect(flushes_.empty(), "every flush was answered");
    expect(!journals_left() || excused_, "no journal is left");
    expect(unaccounted() <= unnamed_, "every event arrives or is reported",
           std::to_string(unaccounted()) + " lost, " + std::to_string(unnamed_) + " not named");
  }

  /// Performs everything that is asked for, as the glue does.
  void settle() {
    drain();
    if (gone_) {
      hand_over();
      page_.host_event(APZ_HANDOVER);
      drain();
    }
    parting_ = leaving_;
    check_storage();
    expect(Page::next_wake() <= 25.0 * kHour, "nobody sleeps for longer than a day");
  }

  Page& page() { return page_; }
  const std::vector<Flight>& flights() const { return flights_; }

  std::map<std::string, std::string> storage;
  bool storage_fails = false;
  /// What is tracked is forgotten, by the visitor's wish; or has no place but memory.
  bool forgotten = false;
  bool only_memory = false;
  std::size_t most_events = 20'000;
  /// What the form of a submission says when it is asked for values.
  std::string values;
  /// All that was sent to the lane of events.
  std::string event_bodies;
  std::vector<std::string> asked_fields;

 private:
  struct Event {
    std::string id;
    /// Of the page that tracked it, from load or pageshow to pagehide.
    int life = 0;
    bool flying = false;
    bool arrived = false;
    bool handed_over = false;
    bool was_handed_over = false;
    bool reported = false;
    bool excused = false;
  };

  void drain() {
    Asked asked;
    for (int i = 0; Page::poll(asked); ++i) {
      expect(i < 100'000, "asking ends");
      perform(asked);
    }
  }

  void perform(const Asked& asked) {
    switch (asked.kind) {
      case Effect::request:
        return request(asked);
      case Effect::cancel:
        for (std::size_t i = 0; i < flights_.size(); ++i) {
          if (flights_[i].id != asked.number) continue;
          for (const std::size_t number : flights_[i].events) events_[number].flying = false;
          flights_.erase(flights_.begin() + static_cast<std::ptrdiff_t>(i));
          return;
        }
        return;
      case Effect::store:
        if (!storage_fails) {
          storage[asked.text] = asked.more;
          return;
        }
        // What storage has instead may be sent again by the next page.
        storage_failed_ = true;
        excused_ = true;
        return page_.store_failed(asked.text);
      case Effect::erase:
        storage.erase(asked.text);
        return;
      case Effect::read: {
        const auto found = storage.find(asked.text);
        const std::string copy = found == storage.end() ? std::string() : found->second;
        return page_.value(asked.text, found == storage.end() ? nullptr : &copy);
      }
      case Effect::scan: {
        std::string list;
        for (const auto& [key, value] : storage) {
          if (key.starts_with(asked.text)) list += key + "\n";
        }
        return page_.keys(list);
      }
      case Effect::lock:
        wanted_.push_back(asked.text);
        return;
      case Effect::unlock:
        std::erase_if(wanted_, [&](const std::string& name) {
          return asked.text.ends_with('.') ? name.starts_with(asked.text) : name == asked.text;
        });
        return;
      case Effect::report:
        return report(asked.text);
      case Effect::flushed:
        expect(flushes_.erase(asked.number) == 1, "a flush is answered once");
        return;
      case Effect::page_facts:
        return page_.page("https://shop.example/" + std::to_string(pages_), "Shop",
                          "https://search.example/?q=a", 50);
      case Effect::form_values:
        asked_fields.push_back(asked.text);
        return page_.form(2, asked.number, 0, values);
      default:
        return;
    }
  }

  void request(const Asked& asked) {
    Flight flight{
        asked.number, {}, 1, asked.text.find("/v1/users") != std::string::npos, asked.flag};
    if (!flight.of_people) {
      event_bodies += asked.more;
      const auto body = test::parsed(asked.more);
      if (body.contains("events")) {
        flight.records = body["events"].size();
        for (const auto& event : body["events"]) carry(event, flight);
      } else {
        carry(body, flight);
      }
    }
    for (const Flight& other : flights_) {
      expect(other.handed_over || parting_, "one request at a time", asked.text);
      expect(other.id != flight.id, "requests have numbers of their own");
    }
    // It is only a hint: a try a minute, but nothing is pressed on it while leaving.
    expect(online_ || !leaving_, "nothing is sent while leaving offline", asked.text);
    expect(online_ || page_.now() - sent_offline_ >= 30'000, "not often while offline", asked.text);
    if (!online_) sent_offline_ = page_.now();
    flights_.push_back(flight);
  }

  void carry(const nlohmann::json& event, Flight& flight) {
    const auto name = event.find("event_name");
    if (name == event.end() || !name->is_string()) return;
    const std::size_t number = number_of(name->get<std::string>());
    if (number >= events_.size()) return;
    Event& it = events_[number];
    const auto properties = event.find("properties");
    if (!excused_) {
      expect(!it.arrived, "what has arrived is not sent again", event.dump());
      expect(!it.reported, "what has ended is not sent again", event.dump());
      expect(!it.handed_over, "what was handed over is not sent again", event.dump());
      expect(!it.flying, "nothing is sent twice at the same time", event.dump());
      const std::string id = (*properties)["$event_id"].get<std::string>();
      expect(it.id.empty() || it.id == id, "an event keeps its id", event.dump());
      expect(!it.id.empty() || ids_.insert(id).second, "no two events have the same id", id);
      it.id = id;
      for (const std::size_t before : flight.events) {
        // What was handed over is not waited for.
        const bool together = events_[before].life == it.life && !it.was_handed_over;
        expect(before < number || !together, "order is kept", event.dump());
      }
    }
    it.flying = true;
    flight.events.push_back(number);
  }

  static std::size_t number_of(std::string_view name) {
    if (!name.starts_with('e') || name.size() < 2 || name.size() > 8) return SIZE_MAX;
    std::size_t number = 0;
    for (const char c : name.substr(1)) {
      if (c < '0' || c > '9') return SIZE_MAX;
      number = number * 10 + static_cast<std::size_t>(c - '0');
    }
    return number;
  }

  void report(std::string_view text) {
    const auto value = test::parsed(text);
    const auto& records = value["records"];
    const auto count = value["count"].get<std::size_t>();
    expect(records.size() <= count, "no more records are named than there are", text);
    unnamed_ += count - records.size();
    if (value["reason"] == "unreadable") {
      expect(excused_, "nothing is unreadable that nobody has damaged", text);
    }
    for (const auto& record : records) {
      if (!record.contains("event_name") || !record["event_name"].is_string()) continue;
      const std::size_t number = number_of(record["event_name"].get<std::string>());
      if (number >= events_.size()) continue;
      Event& event = events_[number];
      expect(excused_ || (!event.arrived && !event.reported), "an event ends once", text);
      event.reported = true;
    }
  }

  bool journals_left() const {
    return std::any_of(storage.begin(), storage.end(), [](const auto& item) {
      return item.first.find(".j.") != std::string::npos;
    });
  }

  std::size_t unaccounted() const {
    return static_cast<std::size_t>(
        std::count_if(events_.begin(), events_.end(), [](const Event& event) {
          return !event.arrived && !event.reported && !event.excused && !event.handed_over;
        }));
  }

  // What was sent with keepalive is the browser's as the page goes, and counts as delivered.
  void hand_over() {
    for (Flight& flight : flights_) {
      if (!flight.keepalive || flight.of_people || confirm_unload()) continue;
      flight.handed_over = true;
      for (const std::size_t number : flight.events) {
        events_[number].handed_over = events_[number].was_handed_over = true;
        events_[number].flying = false;
      }
    }
    for (const Flight& flight : flights_) {
      for (const std::size_t number : flight.events) events_[number].flying = false;
    }
  }

  bool confirm_unload() const { return options_.find("confirmUnload") != std::string::npos; }

  // The caps hold for what each document has; what is on its way cannot be evicted.
  void check_storage() const {
    std::map<std::string, std::size_t> lines;
    for (const auto& [key, value] : storage) {
      const std::size_t lane = key.rfind(".e");
      if (key.find(".j.") == std::string::npos || lane == std::string::npos) continue;
      lines[key.substr(0, lane)] +=
          static_cast<std::size_t>(std::count(value.begin(), value.end(), '\n'));
    }
    for (const auto& [document, count] : lines) {
      expect(count <= most_events + Delivery::kBatch || excused_, "storage is bounded", document);
    }
  }

  std::string options_;
  bool locks_;
  Page page_;
  std::vector<Flight> flights_;
  std::vector<std::string> wanted_;
  std::vector<Event> events_;
  std::set<std::string> ids_;
  std::set<std::uint32_t> flushes_;
  std::uint32_t token_ = 0;
  std::size_t unnamed_ = 0;
  int pages_ = 0;
  int life_ = 0;
  bool online_ = true;
  double sent_offline_ = -1e15;
  bool visible_ = true;
  bool gone_ = false;
  bool leaving_ = false;
  bool parting_ = false;
  bool storage_failed_ = false;
  bool excused_ = false;
};

}  // namespace appizer::fuzz
