#include "consent.h"

#include <utility>

namespace appizer {

std::optional<Consent> consent_of(std::string_view name) {
  for (const Consent one : {Consent::granted, Consent::pending, Consent::denied}) {
    if (name == name_of(one)) return one;
  }
  return std::nullopt;
}

std::string_view name_of(Consent consent) {
  switch (consent) {
    case Consent::granted:
      return "granted";
    case Consent::pending:
      return "pending";
    default:
      return "denied";
  }
}

void Waiting::add(Held held) {
  bytes_ += held.name.size() + held.value.size();
  all_.push_back(std::move(held));
  while (all_.size() > kMost || (bytes_ > kMostBytes && all_.size() > 1)) {
    bytes_ -= all_[0].name.size() + all_[0].value.size();
    all_.erase(all_.begin());
    ++dropped_;
  }
}

std::vector<Held> Waiting::take() {
  bytes_ = 0;
  dropped_ = 0;
  return std::exchange(all_, {});
}

}  // namespace appizer
