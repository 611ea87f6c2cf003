// Liveness. Invariants: a page that is seen and has something to send is never silent for longer
// than its documented pause; no event waits for ever because of another one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "clock.h"
#include "ledger.h"
#include "plan.h"
#include "send.h"

namespace sim {

class Liveness {
 public:
  Liveness(const Plan& plan, const Clock& clock, const std::vector<Send>& sends, Ledger& ledger)
      : plan_(plan), clock_(clock), sends_(sends), ledger_(ledger) {}

  void open_document(std::uint8_t site) { documents_.push_back({site, ready()}); }
  /// The page began a request, or left one to the browser.
  void sending(const Send& send);
  /// The page got an answer; `pause` is what the server asked for.
  void answered(const Send& send, appizer::Outcome outcome, Millis pause);
  /// The page was hidden, frozen, restored or asleep until now, or its clock was set.
  void disturb(std::uint32_t document) { documents_[document].since = ready(); }
  void disturb_all();
  /// Since when nothing has disturbed the page.
  Millis since(std::uint32_t document) const { return documents_[document].since; }
  /// A fault made a stored pause one that no server asked for, or that no longer fits the clock.
  /// Who reads it waits for all of it, at most a day, from then on: a page that opens, or is shown.
  void pause_damaged();

  /// Whether it is time for another check.
  bool due() const { return clock_.now() >= next_check_; }
  /// `attentive` says of each document whether it is seen, awake, and may send.
  void check(const std::vector<bool>& attentive);

 private:
  /// From which moment on a page may be expected to send.
  struct Page {
    std::uint8_t site = 0;
    Millis since = 0;
    Millis sent = 0;
  };
  struct Course {
    Millis sent = 0;
    Millis paused_until = 0;  // by a failure
    Millis asked_until = 0;   // by the server
  };

  bool waits(Tag tag) const;
  Millis ready() const { return clock_.now() + (damaged_ ? 24 * kHour : 0); }

  const Plan& plan_;
  const Clock& clock_;
  const std::vector<Send>& sends_;
  Ledger& ledger_;
  std::vector<Page> documents_;
  Course courses_[2][2];  // by site and lane
  bool damaged_ = false;
  Tag first_open_ = 0;
  Millis next_check_ = 0;
};

}  // namespace sim
