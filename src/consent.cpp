#include "consent.h"

#include <utility>

#include "list.h"
#include "text.h"

namespace appizer {

namespace {

// By their numbers.
constexpr const char* kNames[] = {"granted", "pending", "denied"};

}  // namespace

bool read_consent(View name, Consent& consent) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (name != kNames[i]) continue;
    consent = static_cast<Consent>(i);
    return true;
  }
  return false;
}

View name_of(Consent consent) { return kNames[static_cast<std::size_t>(consent)]; }

void Waiting::add(Held&& held) {
  bytes_ += held.name.size() + held.value.size();
  all_.push_back(std::move(held));
  while (all_.size() > kMost || (bytes_ > kMostBytes && all_.size() > 1)) {
    bytes_ -= all_[0].name.size() + all_[0].value.size();
    dropped_events_ += all_[0].kind == Held::event;
    ++dropped_;
    all_.erase(0);
  }
}

List<Held> Waiting::take() {
  bytes_ = 0;
  dropped_ = dropped_events_ = 0;
  return std::exchange(all_, {});
}

}  // namespace appizer
