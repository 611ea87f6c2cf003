#include "pending_calls.h"

#include <utility>

namespace appizer {

void PendingCalls::add(PendingCall&& call) {
  bytes_ += call.size();
  all_.push_back(std::move(call));
  while (all_.size() > kMost || (bytes_ > kMostBytes && all_.size() > 1)) {
    bytes_ -= all_[0].size();
    const PendingCall::Kind kind = all_[0].kind;
    dropped_events_ += kind == PendingCall::event || kind == PendingCall::composed;
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
