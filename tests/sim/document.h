// One page, from load to end: its client, and a model of the glue around it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "client.h"
#include "send.h"
#include "storage.h"
#include "visitor/consent.h"

namespace sim {

class World;

/// An input of a page: an answer, a lock, a storage event or a wake-up.
struct Input {
  enum Kind : std::uint8_t { answer, lock, storage, wake };

  Kind kind;
  /// Index of the request, the claim, or the storage change.
  std::uint32_t what = 0;
};

class Document {
 public:
  Document(World& world, std::uint32_t id, std::uint8_t tab, std::uint8_t site);

  /// Until then it sees storage as it was before, and what it stores itself.
  void look_back(const Storage::Items& before, Millis until);
  /// What it sees of storage now.
  const Storage::Items& view() const;
  /// It is prepared before anybody opens it: until then it does nothing but wait.
  void prerender() { prerendering_ = true; }
  void start(bool visible, bool online);
  /// Its client runs, if it does not yet.
  void begin();

  // What the page's script does.
  void track(Tag tag, std::string_view properties);
  void set_user(const std::string& id);
  void know(Tag tag);
  void reset();
  /// The visitor decided, or is asked again.
  void decide(appizer::Consent decision);
  void flush();
  /// A router shows another page, at once or by and by, after a click or by itself.
  void go(Rng& dice);
  /// The end of a task: performs all effects.
  void settle();

  // Host events.
  void show(bool visible);
  void online(bool online);
  void deliver(Input input);
  void nudge();
  void freeze() { frozen_ = true; }
  void resume();
  /// `pagehide`: afterwards the page is to be cached, or dies.
  void leave();
  void enter_cache() { cached_ = true; }
  /// The process is killed in the middle of `pagehide`.
  void die_leaving();
  /// The process ends without another event.
  void die();
  /// `pageshow` from the cache.
  void come_back();

  std::uint32_t id() const { return id_; }
  std::uint8_t site() const { return site_; }
  std::uint8_t tab() const { return tab_; }
  bool dead() const { return dead_; }
  /// Its client does.
  bool runs() const { return !early_; }
  bool cached() const { return cached_; }
  bool frozen() const { return frozen_; }
  bool visible() const { return visible_; }
  bool online() const { return online_; }
  /// What is expected of its views, now that it ends.
  void end_views() const { note_views(); }
  /// The user id that the page's client has.
  std::string user() const { return early_ ? kept_id() : std::string(client_->user_id()); }
  /// Without consent nothing of ours is kept.
  void check_nothing_left() const;
  /// The decision, as far as the page can know.
  appizer::Consent consent() const { return consent_; }
  bool active() const { return !dead_ && !cached_; }
  void timer_fired() { armed_ = false; }
  bool timer_stands(std::uint32_t generation) const { return generation == generation_; }
  Millis wake_due() const { return wake_due_; }
  std::size_t flushes_open() const { return flushes_.size(); }
  /// What the client wants next; negative if it sleeps.
  Millis next_wake() const { return client_->next_wake(); }
  const std::string& prefix() const { return prefix_; }
  std::string name() const { return "document " + std::to_string(id_); }

  /// Bytes of the page's own requests with keepalive, until when.
  std::size_t own_bytes = 0;
  Millis own_until = 0;
  /// When the last storage event on its way arrives.
  Millis last_storage_event = 0;
  /// When it last read the user id from storage by itself.
  Millis looked = 0;
  /// When it first went away or died; -1 if it has not.
  Millis ended = -1;
  /// Storage refused some of its queue, and it was not looked since whether it has it now.
  bool was_refused = false;
  /// Another process's writes are not seen before that.
  Millis stale_until = 0;

 private:
  /// A call from before the client ran.
  struct Call {
    Tag tag;
    std::string properties;
    Millis happened;
    std::string kept;  // what the client knows it by; empty where storage did not take it
  };

  appizer::Moment moment() const;
  std::string config() const;
  std::string early_key(const std::string& time) const;
  std::string keep(const std::string& members);
  bool is_own(const std::string& call) const;
  void feed(const Input& input);
  void drain();
  void perform(appizer::Effect& effect);
  void store(const std::string& key, const std::string& value);
  void erase(const std::string& key);
  void read(const std::string& key, bool event);
  void request(std::uint32_t flight, std::string url, std::string body, bool keepalive);
  void cancel(std::uint32_t flight);
  void answer(std::uint32_t send);
  void gone();
  void arm();
  void report_page();
  void note_views() const;
  appizer::Entropy entropy();
  std::string consent_option() const;
  std::string kept_id() const;
  const std::string* stored(const std::string& key) const;
  void note_own(const std::string& key, const std::string* value);
  std::string kept_decision() const;
  void begin_decision(appizer::Consent decision);
  void end_decision();
  void follow_decision();
  void check_allowed(const appizer::Effect& effect) const;
  void check_follows(const std::string& before, const std::string& key);
  void check_write(const std::string* before, const std::string& value);
  void check_persisted(const Send& send);
  void check_patience(Millis wait);
  /// Whether storage did not take all of it, and the core could do nothing about that yet.
  bool unsaved() const;
  bool lane_of_wait(std::string_view key, Lane& lane) const;

  World& world_;
  std::uint32_t id_;
  std::uint8_t tab_;
  std::uint8_t site_;
  std::unique_ptr<appizer::Client> client_;
  Millis origin_;
  std::string prefix_;
  appizer::Consent consent_ = appizer::Consent::granted;
  bool deciding_ = false;
  bool ends_ = false;        // what there is must go
  bool waited_ = false;      // the decision was not there at once
  bool was_named_ = false;   // while it was not there
  std::string kept_before_;  // the id that was kept as the decision came
  bool visible_ = true;
  bool seen_ = false;
  bool prerendering_ = false;
  bool reported_visible_ = true;
  bool frozen_ = false;
  bool cached_ = false;
  bool left_ = false;
  bool dead_ = false;
  bool parting_ = false;
  bool leaving_ = false;
  bool returning_ = false;
  /// The event whose recording waits for storage.
  std::optional<Tag> tracking_;
  bool came_back_ = false;
  bool online_ = true;
  Millis hidden_since_ = 0;
  std::vector<Input> inbox_;
  std::vector<Input> microtasks_;
  std::vector<std::uint32_t> sends_;
  std::vector<std::uint32_t> flushes_;
  std::uint32_t next_token_ = 1;
  std::string left_url_;
  std::string left_body_;
  std::uint32_t generation_ = 0;
  bool armed_ = false;
  Millis armed_at_ = 0;
  Millis wake_due_ = 0;
  Millis drained_ = 0;
  bool failing_[2] = {false, false};
  Millis storage_pause_ = 0;  // until then the core may leave unsaved what storage refused
  int idle_wakes_ = 0;
  Millis idle_since_ = 0;
  std::size_t effects_ = 0;
  std::string url_ = "https://shop.test/";
  std::string title_ = "Start";
  std::string next_title_;
  Millis title_due_ = 0;
  std::set<std::uint64_t> named_;  // what its events call it
  Storage::Items former_;          // what it sees of storage until `stale_until`

  /// Before its client runs.
  bool early_ = false;
  std::string early_name_;  // under which it keeps calls
  appizer::Moment opened_{};
  Millis kept_since_ = 0;
  Millis kept_last_ = 0;
  std::uint32_t kept_ = 0;
  std::string early_view_;
  std::vector<Call> calls_;
};

}  // namespace sim
