// What a seed determines: the traits of a world, and the actions in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "features.h"
#include "rng.h"
#include "visitor/consent.h"
#include "visitor/identity.h"

namespace sim {

// The formatter indents each line further than the last, and differently every time.
// clang-format off
#define APPIZER_SIM_ACTIONS(X) \
  X(open) X(reload) X(navigate) X(back) X(close) X(crash) X(die_leaving) X(evict) X(freeze) \
  X(resume) X(hide) X(show) X(track) X(track_large) X(name) X(name_again) X(flush) X(network) \
  X(server) X(users_server) X(storage) X(corrupt) X(clear) X(set_clock) X(sleep) \
  X(page_requests) X(nudge) X(know) X(reset) X(allow) X(forbid) X(ask) X(lose_cookies) X(proxy) \
  X(worker) X(own_clear) X(foreign_key) X(deploy) X(alias_server) X(go)
// clang-format on

enum class Do : std::uint8_t {
#define X(name) name,
  APPIZER_SIM_ACTIONS(X)
#undef X
      count
};

std::string_view name_of(Do what);

/// One thing that happens: `after` the one before, to a tab. The rest is drawn from `dice`, so that
/// leaving out another action changes nothing about it.
struct Action {
  Millis after;
  Do what;
  std::uint8_t tab;
  std::uint64_t dice;
};

struct Plan {
  std::uint64_t seed = 0;
  std::uint8_t tabs = 1;
  /// Two apps, or two servers, on one origin.
  bool two_sites = false;
  bool two_bases = false;
  bool locks = true;
  bool confirm_unload = false;
  bool later = false;
  bool debug = false;
  /// Storage events of journal keys reach the core as well.
  bool all_storage_events = false;
  bool clock_stops_asleep = false;
  /// No faults: then nothing may be late either.
  bool calm = false;
  bool storage_blocked = false;
  /// Some events are such that the server never takes them.
  bool poison = false;
  Millis lock_latency = 5;
  Millis event_latency = 5;
  /// Timers of hidden pages run this seldom at best, once they are hidden for five minutes.
  Millis throttle = 0;
  std::size_t quota = 5'000'000;
  std::size_t max_events = 20'000;
  std::size_t max_bytes = 4'000'000;
  /// Where the user id is kept.
  appizer::Persistence persistence = appizer::Persistence::local_storage;
  /// What remembers the visitor's decision: nothing, as consent is never asked for; the site, which
  /// states it in every page that it opens, and in all open pages or only the one where it was
  /// asked for; or the SDK.
  enum Memory : std::uint8_t { nobody, site, ours } memory = nobody;
  bool announced_everywhere = false;
  /// What counts before the visitor has decided.
  appizer::Consent undecided = appizer::Consent::granted;
  /// For how long a page may let its events wait for company; 0: as the core chooses.
  Millis flush_interval = 0;
  /// What this world has of each feature.
  Features features;
  std::vector<Action> actions;
};

Plan make_plan(std::uint64_t seed);

/// The plan in words.
std::string describe(const Plan& plan);

}  // namespace sim
