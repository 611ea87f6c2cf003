#include "plan.h"

#include <array>

namespace sim {
namespace {

constexpr std::size_t kActions = static_cast<std::size_t>(Do::count);

using Weights = std::array<std::uint32_t, kActions>;

Weights weights(const Plan& plan, Rng& rng) {
  Weights all{};
  const auto set = [&](Do what, std::uint32_t weight) {
    all[static_cast<std::size_t>(what)] = weight;
  };
  // What every visitor does.
  set(Do::track, 40);
  set(Do::navigate, 6);
  set(Do::open, 4);
  set(Do::close, 3);
  set(Do::hide, 5);
  set(Do::show, 5);
  set(Do::flush, 1);
  set(Do::nudge, 1);
  if (plan.calm) return all;
  // Faults. Each world has some of them and not all: a fault that another one always hides would
  // never be seen.
  const auto maybe = [&](Do what, std::uint32_t weight) {
    if (rng.percent(45)) set(what, weight);
  };
  maybe(Do::reload, 4);
  maybe(Do::back, 6);
  maybe(Do::crash, 5);
  maybe(Do::die_leaving, 2);
  maybe(Do::evict, 2);
  maybe(Do::freeze, 3);
  maybe(Do::track_large, 2);
  maybe(Do::name, 4);
  maybe(Do::name_again, 2);
  maybe(Do::network, 8);
  maybe(Do::server, 8);
  maybe(Do::users_server, 3);
  maybe(Do::page_requests, 2);
  if (rng.percent(50)) maybe(Do::storage, 4);
  if (rng.percent(35)) maybe(Do::corrupt, 3);
  if (rng.percent(35)) maybe(Do::clear, 2);
  if (rng.percent(50)) maybe(Do::set_clock, 2);
  if (rng.percent(50)) maybe(Do::sleep, 2);
  if (all[static_cast<std::size_t>(Do::freeze)] > 0) set(Do::resume, 4);
  return all;
}

// Identity and consent. Drawn from their own dice, so that older seeds keep their worlds.
void add_visitor(Plan& plan, Weights& all) {
  Rng rng(plan.seed * 0xD1B54A32D192ED03U + 7);
  if (!rng.percent(45)) return;
  const auto maybe = [&](Do what, std::uint32_t weight) {
    if (rng.percent(60)) all[static_cast<std::size_t>(what)] = weight;
  };
  using appizer::Persistence;
  plan.persistence = rng.pick({Persistence::local_storage, Persistence::local_storage,
                               Persistence::cookie, Persistence::both, Persistence::memory});
  maybe(Do::name, 5);
  maybe(Do::name_again, 3);
  maybe(Do::reset, 4);
  maybe(Do::know, 5);
  if (plan.calm) return;
  if (rng.percent(40)) maybe(Do::lose_cookies, 2);
  if (rng.percent(45)) return;
  using appizer::Consent;
  plan.two_sites = false;
  plan.memory = rng.percent(50) ? Plan::site : Plan::ours;
  plan.announced_everywhere = rng.percent(60);
  plan.undecided = rng.pick({Consent::pending, Consent::pending, Consent::granted});
  all[static_cast<std::size_t>(Do::allow)] = 4;
  maybe(Do::forbid, 3);
  maybe(Do::ask, 1);
}

// The features of this world, with the actions that they need.
void add_features(Plan& plan, Weights& all) {
  Rng rng(plan.seed * 0xA0761D6478BD642FU + 11);
  // As many draws for each, whether it is enabled or not.
  const auto maybe = [&](Feature feature, std::uint32_t percent) {
    const bool drawn = rng.percent(percent);
    const bool chosen = drawn || forced_features().has(feature);
    const bool on = chosen && !plan.calm && enabled_features().has(feature);
    plan.features.set(feature, on);
    return on;
  };
  const auto set = [&](Do what, std::uint32_t weight) {
    all[static_cast<std::size_t>(what)] = weight;
  };
  for (const Feature check : {Feature::silence, Feature::links, Feature::sequence}) {
    plan.features.set(check, enabled_features().has(check));
  }
  if (maybe(Feature::proxy, 10)) set(Do::proxy, 5);
  if (maybe(Feature::worker, 10)) set(Do::worker, 3);
  if (maybe(Feature::own_clear, 6)) set(Do::own_clear, 3);
  if (maybe(Feature::foreign_keys, 8)) set(Do::foreign_key, 3);
  if (maybe(Feature::deploy, 10)) set(Do::deploy, 3);
  if (maybe(Feature::alias_refused, 12)) {
    set(Do::alias_server, 3);
    set(Do::name, 5);
    set(Do::know, 5);
  }
  if (maybe(Feature::views, 12)) {
    set(Do::go, 15);
    plan.memory = Plan::nobody;
    plan.undecided = appizer::Consent::granted;
    for (const Do asks : {Do::allow, Do::forbid, Do::ask}) set(asks, 0);
  }
  maybe(Feature::prerender, 8);
  if (maybe(Feature::batching, 12)) plan.flush_interval = 30 * kSecond;
  maybe(Feature::wrapped_fetch, 6);
  maybe(Feature::endless, 12);
  maybe(Feature::false_offline, 25);
  maybe(Feature::long_answers, 15);
  if (maybe(Feature::dead_locks, 5)) plan.locks = true;
  if (maybe(Feature::twins, 10)) plan.locks = true;
  if (maybe(Feature::early, 15)) {
    plan.locks = true;
    set(Do::crash, 4);
  }
}

Do draw(const Weights& weights, std::uint32_t sum, Rng& rng) {
  std::uint32_t at = rng.below(sum);
  std::size_t i = 0;
  while (at >= weights[i]) at -= weights[i++];
  return static_cast<Do>(i);
}

Millis pause(Rng& rng) {
  const std::uint32_t kind = rng.below(100);
  if (kind < 35) return rng.between(0, 50);
  if (kind < 65) return rng.between(50, 3 * kSecond);
  if (kind < 90) return rng.between(kSecond, kMinute);
  if (kind < 98) return rng.between(kMinute, 20 * kMinute);
  return rng.between(20 * kMinute, 3 * kHour);
}

}  // namespace

std::string_view name_of(Do what) {
  constexpr std::string_view kNames[] = {
#define X(name) #name,
      APPIZER_SIM_ACTIONS(X)
#undef X
  };
  return kNames[static_cast<std::size_t>(what)];
}

Plan make_plan(std::uint64_t seed) {
  Rng rng(seed * 0x9E3779B97F4A7C15U + 1);
  Plan plan;
  plan.seed = seed;
  plan.calm = rng.percent(8);
  plan.tabs = static_cast<std::uint8_t>(rng.pick({1, 1, 1, 2, 2, 3, 4, 6}));
  plan.two_sites = rng.percent(12);
  plan.two_bases = rng.percent(50);
  plan.locks = rng.percent(80);
  plan.confirm_unload = rng.percent(35);
  plan.later = rng.percent(35);
  plan.debug = rng.percent(15);
  plan.all_storage_events = rng.percent(50);
  plan.clock_stops_asleep = rng.percent(50);
  plan.lock_latency = rng.pick<Millis>({1, 5, 50, 700});
  // Leases rely on an owner that gets the storage event of a claim within a second.
  plan.event_latency = rng.pick<Millis>({1, 5, 50, plan.locks ? 2000 : 500});
  plan.throttle = plan.calm ? 0 : rng.pick<Millis>({0, kSecond, kMinute});
  if (!plan.calm) {
    plan.storage_blocked = rng.percent(3);
    plan.poison = rng.percent(25);
    if (rng.percent(8)) plan.quota = static_cast<std::size_t>(rng.between(3'000, 60'000));
    if (rng.percent(10)) plan.max_events = static_cast<std::size_t>(rng.between(3, 150));
    if (rng.percent(6)) plan.max_bytes = static_cast<std::size_t>(rng.between(2'000, 100'000));
  }
  Weights all = weights(plan, rng);
  add_visitor(plan, all);
  add_features(plan, all);
  std::uint32_t sum = 0;
  for (const std::uint32_t weight : all) sum += weight;
  const std::uint32_t length = rng.percent(10) ? 120 : 6 + rng.below(40);
  for (std::uint32_t i = 0; i < length; ++i) {
    const auto tab = static_cast<std::uint8_t>(rng.below(plan.tabs));
    const Millis after = pause(rng);
    plan.actions.push_back({after, draw(all, sum, rng), tab, rng.next()});
  }
  return plan;
}

std::string describe(const Plan& plan) {
  std::string text = std::to_string(plan.tabs) + " tabs";
  const auto trait = [&](bool has, std::string_view name) {
    if (has) text.append(", ").append(name);
  };
  trait(plan.two_sites, plan.two_bases ? "two servers" : "two apps");
  trait(!plan.locks, "no locks");
  trait(plan.confirm_unload, "confirmUnload");
  trait(plan.later, "fetchLater");
  constexpr std::string_view kPlaces[] = {"", "id in a cookie", "id in both", "id in memory"};
  const std::string_view place = kPlaces[static_cast<std::size_t>(plan.persistence)];
  trait(!place.empty(), place);
  if (plan.memory != Plan::nobody) {
    trait(true, plan.memory == Plan::ours   ? "rememberConsent"
                : plan.announced_everywhere ? "consent given to every page"
                                            : "consent given to one page");
    trait(plan.undecided == appizer::Consent::pending, "pending at first");
  }
  for (const auto& [feature, name] : kFeatureNames) trait(plan.features.has(feature), name);
  trait(plan.calm, "calm");
  trait(plan.poison, "poison");
  trait(plan.storage_blocked, "storage blocked");
  trait(plan.clock_stops_asleep, "clock stops asleep");
  trait(plan.throttle > 0, "throttled to " + std::to_string(plan.throttle) + " ms");
  trait(plan.quota < 5'000'000, "quota " + std::to_string(plan.quota));
  trait(plan.max_events < 20'000, "at most " + std::to_string(plan.max_events) + " events");
  trait(plan.max_bytes < 4'000'000, "at most " + std::to_string(plan.max_bytes) + " bytes");
  return text + ", " + std::to_string(plan.actions.size()) + " actions";
}

}  // namespace sim
