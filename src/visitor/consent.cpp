#include "visitor/consent.h"

#include <utility>

#include "base/list.h"
#include "base/text.h"

namespace appizer {

namespace {

// By their numbers.
constexpr char kNames[] = "granted pending denied";

}  // namespace

bool read_consent(View name, Consent& consent) { return choose(kNames, name, consent); }

View name_of(Consent consent) {
  View names = kNames;
  for (int i = static_cast<int>(consent); i > 0; --i) take_until(names, ' ');
  return take_until(names, ' ');
}

void PendingCalls::add(PendingCall&& held) {
  bytes_ += held.name.size() + held.value.size();
  all_.push_back(std::move(held));
  while (all_.size() > kMost || (bytes_ > kMostBytes && all_.size() > 1)) {
    bytes_ -= all_[0].name.size() + all_[0].value.size();
    dropped_events_ += all_[0].kind == PendingCall::event;
    ++dropped_;
    all_.erase(0);
  }
}

List<PendingCall> PendingCalls::take() {
  bytes_ = 0;
  dropped_ = dropped_events_ = 0;
  return std::exchange(all_, {});
}

}  // namespace appizer
