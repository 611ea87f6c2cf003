#include "delivery/ownership.h"

#include <utility>

#include "base/compare.h"
#include "base/list.h"
#include "base/text.h"
#include "delivery/report.h"
#include "storage_keys.h"

namespace appizer {
namespace {

constexpr std::size_t kDocumentLength = 10;

}  // namespace

Ownership::Ownership(const Config& config, Ids& ids, View prefix, Delivery& delivery)
    : config_(config),
      ids_(ids),
      prefix_(prefix),
      delivery_(delivery),
      orphans_(prefix),
      leases_(prefix) {}

void Ownership::start(const Moment& now) {
  take_name(config_.document);
  scan_soon(now);
}

void Ownership::scan_soon(const Moment& now) {
  orphans_.scan_at(now.monotonic + Orphans::kFirstScan);
}

void Ownership::take_name(View chosen) {
  document_ = chosen.empty() ? ids_.token(kDocumentLength) : chosen;
  for (const auto lane : {Delivery::events, Delivery::users, Delivery::suspects}) {
    delivery_.journal(lane).set_document(document_);
  }
}

void Ownership::handle_storage_value(View key, View text, const Moment& now, Effects& effects) {
  Orphans::Found segment;
  if (orphans_.handle_storage_value(key, segment)) {
    take_in(segment, text, effects);
    return;
  }
  List<Leases::Decision> decisions;
  leases_.handle_storage_value(key, text, now, effects, decisions);
  for (const auto& decision : decisions) {
    decide(decision.document, decision.granted, effects);
    // No event says when a lease is no longer renewed, so there is another scan then.
    if (decision.again != kNever) orphans_.scan_at(decision.again);
  }
}

void Ownership::take_in(const Orphans::Found& segment, View text, Effects& effects) {
  if (text.is_none()) return;
  if (text.starts_with("{") && segment.lane == storage_keys::kCalls) {
    calls_.push_back({segment.key, text});
    return;
  }
  const auto lane = segment.lane == storage_keys::kUsers      ? Delivery::users
                    : segment.lane == storage_keys::kSuspects ? Delivery::suspects
                                                              : Delivery::events;
  read_segment(lane, segment.key, text, effects);
}

void Ownership::read_segment(Delivery::Lane lane, View key, View text, Effects& effects) {
  const std::size_t unreadable = delivery_.journal(lane).take_over(key, text);
  if (unreadable == 0) return;
  effects.report(report_of("unreadable", 0, unreadable, {}));
  if (config_.debug) effects.hint(Hint::record_set_aside, key);
}

bool Ownership::take_call(Call& call) {
  if (calls_.size() == 0) return false;
  call = std::move(calls_[0]);
  calls_.erase(0);
  return true;
}

View Ownership::key_of_call(View time) const {
  String& key = scratch(prefix_ + storage_keys::kSegments);
  key += document_;
  key += '.';
  key += storage_keys::kCalls;
  key += time;
  return key;
}

// Both scans ask for the same, so that it does not matter whose answer comes first.
bool Ownership::handle_storage_keys(View list, const Moment& now) {
  if (!std::exchange(verifying_, false)) {
    orphans_.handle_storage_keys(list, document_, now);
    return false;
  }
  // Storage that cannot be read at present may have all of it.
  if (list.is_none()) return false;
  for (const auto lane : {Delivery::events, Delivery::users, Delivery::suspects}) {
    if (delivery_.journal(lane).misses_segment(list)) return true;
  }
  return false;
}

void Ownership::verify_storage(Effects& effects) {
  if (delivery_.idle() || config_.cookieless) return;
  verifying_ = true;
  effects.scan(prefix_ + storage_keys::kSegments);
}

void Ownership::handle_lock(View name, bool granted, Effects& effects) {
  if (name.starts_with(prefix_)) decide(name.substr(prefix_.size()), granted, effects);
}

// `document` is a lock's name without the prefix.
void Ownership::decide(View document, bool granted, Effects& effects) {
  if (document == document_) return;
  if (document == storage_keys::kRecoveryLock) {
    delivery_.set_recovery_lock(granted);
    // Its last holder may have stored how long to wait, or that the wait is over.
    if (granted) delivery_.read_pauses(effects);
    return;
  }
  const bool useless = orphans_.handle_ownership(document, granted);
  if (useless && config_.locks) effects.unlock(prefix_ + document);
}

void Ownership::handle_handover(Effects& effects) {
  orphans_.forget();
  calls_.clear();
  leases_.forget();
  leases_.release(effects);
  // One name stands for all: a page that is gone holds nothing.
  if (config_.locks) effects.unlock(prefix_);
  owns_ = asked_recovery_ = false;
}

void Ownership::handle_pageshow(const Moment& now, Effects& effects) {
  const View former = scratch(document_);
  take_name();
  owns_ = false;
  delivery_.handle_pageshow(now, effects);
  orphans_.forget();
  orphans_.reclaim(former, config_.locks ? now.monotonic + Orphans::kReclaimPatience : kNever);
}

bool Ownership::overslept(const Moment& now) const { return leases_.overslept(now); }

void Ownership::release_leases(Effects& effects) {
  leases_.release(effects);
  leases_.forget();
}

void Ownership::claim(View document, Effects& effects) {
  if (config_.locks) {
    effects.lock(prefix_ + document, false);
  } else {
    leases_.claim(document, ids_.draw_wait(), effects);
  }
}

void Ownership::hold_own(const Moment& now, Effects& effects) {
  owns_ = true;
  if (config_.locks) {
    effects.lock(prefix_ + document_, true);
  } else {
    leases_.hold(document_, now, effects);
  }
}

void Ownership::release_own(Effects& effects) {
  if (!config_.locks) leases_.release(effects);
  if (!owns_) return;
  owns_ = false;
  if (config_.locks) {
    effects.unlock(prefix_ + document_);
  } else {
    // Another document may be taking over what had this name.
    take_name();
  }
}

// It holds its lock from its first segment until nothing is left: Firefox keeps no page in its
// back/forward cache that holds a lock when it is left, and a page is idle most of the time. Not
// later than that: the main thread of a page that has just begun may be busy for seconds, and what
// it stored would look orphaned to another tab.
void Ownership::update_own(const Moment& now, Effects& effects) {
  if (!delivery_.idle()) {
    if (!owns_) hold_own(now, effects);
    return;
  }
  if (orphans_.reading() || calls_.size() > 0) return;
  for (const View document : orphans_.take_finished()) {
    if (config_.locks) effects.unlock(prefix_ + document);
  }
  release_own(effects);
}

void Ownership::update_recovery(Effects& effects) {
  const bool passes = delivery_.passes_recovery_lock() && asked_recovery_;
  const bool wants = config_.locks && delivery_.wants_recovery_lock();
  if (passes && wants) {
    delivery_.set_recovery_lock(false);
    effects.unlock(prefix_ + storage_keys::kRecoveryLock);
    asked_recovery_ = false;
  }
  if (wants == asked_recovery_) return;
  asked_recovery_ = wants;
  if (wants) {
    effects.lock(prefix_ + storage_keys::kRecoveryLock, true);
  } else {
    delivery_.set_recovery_lock(false);
    effects.unlock(prefix_ + storage_keys::kRecoveryLock);
  }
}

void Ownership::advance(bool away, const Moment& now, Effects& effects) {
  if (!away) update_own(now, effects);
  leases_.advance(now, effects);
  if (!away) {
    const bool more = delivery_.wants_more();
    for (const View document : orphans_.take_due(now.monotonic, effects)) claim(document, effects);
    orphans_.read_next(more, effects);
    if (more && orphans_.left_some()) orphans_.scan_rest_at(now.monotonic + Orphans::kFirstScan);
  }
  delivery_.pause_for_takeover(orphans_.reclaiming());
  update_recovery(effects);
}

Millis Ownership::next_wake() const { return min(orphans_.next_wake(), leases_.next_wake()); }

}  // namespace appizer
