// How often each thing happened, so that a situation that never occurs is visible.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sim {

// The formatter indents each line further than the last, and differently every time.
// clang-format off
#define APPIZER_SIM_COUNTS(X) \
  X(tracked) X(large_events) X(poison_events) X(users_named) X(flushes) X(pages_opened) \
  X(navigations) X(pages_closed) X(crashes) X(killed_while_leaving) X(into_cache) \
  X(back_from_cache) X(evicted_from_cache) X(freezes) X(hides) X(sleeps) X(clock_jumps) \
  X(storage_failures) X(quota_refusals) X(storage_cleared) X(corruptions) X(storage_events) \
  X(requests) X(batches) X(keepalive) X(side_by_side) X(quota_of_keepalive) X(network_errors) \
  X(cut_before_store) X(cut_after_store) X(timeouts) X(handed_over) X(handed_over_lost) \
  X(put_back_on_return) X(status_2xx) X(status_refused) X(status_not_allowed) X(status_429) \
  X(status_5xx) X(waits_asked) X(splits) X(refused_events) X(evicted_events) \
  X(unreadable_records) X(takeovers) X(copies) X(recovery_sends) X(locks_refused) \
  X(lease_claims) X(takeovers_by_lease) X(fetch_later_sent) X(lost_by_the_world) \
  X(facts) X(resets) X(user_switches) X(aliases) X(named_again) X(replaced_by_another_tab) \
  X(follows_another_tab) X(id_restored) X(cookies_lost) X(starts_pending) X(starts_denied) \
  X(allowed) X(allowed_after_waiting) X(forbidden) X(forbidden_while_waiting) X(asked_again) \
  X(decision_followed) X(withdrawn) X(waited) X(wait_overflows) X(refused_by_proxy) \
  X(foreign_answers) X(endless_bodies) X(cleared_by_page) X(long_answers) X(foreign_keys) \
  X(not_deployed) X(aliases_refused) X(sent_offline) X(twins) X(views_navigated) X(prerendered) X(activated) X(lost_in_wrapper) \
  X(starts_early) X(calls_kept) X(calls_made_late) X(calls_taken_over)
// clang-format on

enum class Count : std::size_t {
#define X(name) name,
  APPIZER_SIM_COUNTS(X)
#undef X
      count
};

constexpr std::string_view kCountNames[] = {
#define X(name) #name,
    APPIZER_SIM_COUNTS(X)
#undef X
};

class Coverage {
 public:
  void add(Count what, std::uint64_t times = 1) {
    counts_[static_cast<std::size_t>(what)] += times;
  }
  std::uint64_t of(std::size_t what) const { return counts_[what]; }
  /// Adds what one world saw.
  void add(const Coverage& world) {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      counts_[i] += world.counts_[i];
      worlds_[i] += world.counts_[i] > 0;
    }
  }
  /// Adds what others have added up.
  void merge(const Coverage& sum) {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      counts_[i] += sum.counts_[i];
      worlds_[i] += sum.worlds_[i];
    }
  }
  /// In how many of the worlds that were added it happened at all.
  std::uint64_t worlds(std::size_t what) const { return worlds_[what]; }

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Count::count)> counts_{};
  std::array<std::uint64_t, static_cast<std::size_t>(Count::count)> worlds_{};
};

}  // namespace sim
