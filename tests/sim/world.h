// A simulated world, made from one seed: all parts, and the order of events.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "coverage.h"
#include "document.h"
#include "identity_rules.h"
#include "ledger.h"
#include "liveness.h"
#include "locks.h"
#include "network.h"
#include "plan.h"
#include "protocol_rules.h"
#include "queue.h"
#include "sequence.h"
#include "server.h"
#include "storage.h"
#include "trace.h"
#include "view_rules.h"

namespace sim {

/// A change of storage, as the storage event reports it to other pages.
struct StorageChange {
  std::string key;
  bool cleared;
};

constexpr std::uint32_t kNoPage = UINT32_MAX;

struct Tab {
  std::uint32_t current = kNoPage;
  std::vector<std::uint32_t> cached;
};

class World {
 public:
  World(const Plan& plan, bool traced);

  /// Runs the plan, heals everything, and checks all invariants. Returns the one that was violated,
  /// empty if none was.
  std::string run();

  /// The same, one thing after the other: `begin`, then `step` until it is false, then `end`.
  void begin();
  /// The next thing happens: an event that is due, or an action of the plan. False if nothing does,
  /// as the plan is over or an invariant was violated.
  bool step();
  std::string end();
  /// Something happens now that is in no plan.
  void act_now(const Action& action);
  /// The next event that is due happens, even if it is later than the plan. False if there is none.
  bool live_on();

  /// Somebody takes over what a page has kept as a call: whose it is, unit tests check.
  void take_over_calls(std::string_view text);

  const Plan& plan;
  mutable Rng rng;
  Clock clock;
  Trace trace;
  Coverage coverage;
  Queue queue;
  Storage storage;
  Locks locks;
  std::vector<Send> sends;
  std::vector<StorageChange> storage_changes;
  Ledger ledger;
  Liveness liveness;
  Sequence sequence;
  ViewRules view_rules;
  ProtocolRules protocol_rules;
  IdentityRules identity_rules;
  Server server;
  Network network;
  bool online = true;
  /// What the site remembers of the visitor's decision.
  appizer::Consent decision;

  const Document& page(std::uint32_t id) const { return *documents_[id]; }
  const std::vector<Tab>& tabs() const { return tabs_; }
  /// The plan's next action: which, and when.
  std::size_t next_action() const { return next_action_; }
  Millis next_at() const { return next_at_; }
  std::string base(std::uint8_t site) const;
  std::string app(std::uint8_t site) const;
  /// Sends the storage event of a change by `by` to the other pages.
  void announce(std::uint32_t by, const std::string& key, bool cleared = false);
  /// Reports the results of lock requests to their documents.
  void report_locks();

 private:
  void act(const Action& action);
  void act_on_page(const Action& action, Tab& tab, Rng& dice);
  void track(Document& page, Rng& dice, std::uint32_t count, bool large);
  void name(Document& page, Rng& dice, bool again);
  void know(Document& page);
  void reset(Document& page);
  void decide(Document& page, appizer::Consent decision);
  void decide_at_last();
  void change_storage(Rng& dice);
  void damage(const std::string& key);
  void corrupt(Rng& dice);
  void scribble(Rng& dice);
  void clear(Rng& dice);
  void own_clear(Document& page);
  void foreign_key(Rng& dice);
  void set_clock(Rng& dice);
  /// Until `lag` is over the page sees storage as it was `before`, but for its own writes.
  void open(std::uint8_t tab, std::uint8_t site, bool visible, Millis lag = 0,
            const Storage::Items& before = {});
  void close(Tab& tab);
  void enter_cache(Tab& tab);
  Document* current(Tab& tab);
  void live_until(Millis end);
  void live_through_next();
  void plan_next();
  void happen(const Event& event);
  void heal();
  void outlast_proxy();
  Tag held_back(bool set_aside);
  void check_liveness();
  void check_written_again();
  void open_twins();
  void announce_missed(Document& page, const Storage::Items& before);
  void check_twins_agreed();
  bool twins_can_agree() const;
  void check_twins();
  void rest();
  bool journals_left() const;
  void check_rest();
  void check_identities();
  void check_caps();
  void check_calm();

  std::vector<std::unique_ptr<Document>> documents_;
  std::vector<Tab> tabs_;
  std::vector<Tag> names_;
  std::uint8_t twins_ = 0;
  std::vector<Tag> twin_tags_;
  Millis twin_lag_ = 0;
  /// When storage last began to work, or to fail.
  Millis storage_changed_ = 0;
  bool healing_ = false;
  std::size_t next_action_ = 0;
  Millis next_at_ = 0;
};

}  // namespace sim
