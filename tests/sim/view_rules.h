// Page views. Invariants: every event of a page joins exactly one view; a view has one end at most,
// in its own session; a page that was hidden before its process ended has an end; no two events of
// a document have the same number.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "clock.h"
#include "ledger.h"
#include "plan.h"
#include "send.h"

namespace sim {

class ViewRules {
 public:
  ViewRules(const Plan& plan, const Clock& clock, Ledger& ledger)
      : plan_(plan), clock_(clock), ledger_(ledger) {}

  /// The server took it.
  void stored(const Send& send);
  /// A request with views in it was given to the browser, which may have lost it.
  void may_be_lost(const Send& send);
  /// A fault took what storage or a page had.
  void excuse() { excused_ = true; }
  /// The page had been hidden, or had left, when its process ended.
  void ended_hidden(std::uint64_t document) { ended_.insert(document); }
  /// Nobody ever saw the page: it has no view.
  void never_seen(std::uint64_t document) { unseen_.insert(document); }
  /// The end.
  void close() const;

 private:
  struct View {
    std::uint64_t document = 0;
    std::set<std::uint64_t> begins;  // the ids of its `page_view`
    std::set<std::uint64_t> ends;    // and of its `page_leave`
    std::uint64_t session = 0;       // of the beginning
    std::uint64_t last_session = 0;  // of the end
    std::uint32_t events = 0;
    bool may_be_lost = false;
  };

  void add(const Part& part, std::string_view name);
  bool is_one_session(std::uint64_t one, std::uint64_t other) const;

  const Plan& plan_;
  const Clock& clock_;
  Ledger& ledger_;
  std::map<std::uint64_t, View> views_;  // by `$view_id`
  std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint64_t> numbers_;
  std::map<std::uint64_t, std::set<Millis>> sessions_;  // when their events happened
  std::set<std::uint64_t> ended_;
  std::set<std::uint64_t> unseen_;
  bool excused_ = false;
};

}  // namespace sim
