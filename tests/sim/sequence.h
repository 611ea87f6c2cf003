// What an event says of its place. Invariants: within a document `$seq` counts 1, 2, 3 …, the same
// on every copy, so that what the server has, together with what was reported, gives the highest
// number that it has; every event of a page has one `$view_id`, that of its document.
#pragma once

#include <cstdint>
#include <vector>

#include "ledger.h"
#include "plan.h"
#include "send.h"

namespace sim {

class Sequence {
 public:
  Sequence(const Plan& plan, Ledger& ledger) : plan_(plan), ledger_(ledger) {}

  void sending(const Send& send);
  /// The end: compares the numbers of each document.
  void close();

 private:
  struct Place {
    std::uint32_t number = 0;    // `$seq`; 0: was never sent
    std::uint64_t document = 0;  // a hash of the document in `$view_id`
    std::uint64_t view = 0;      // a hash of all of it
  };

  void compare(const std::vector<Tag>& tags);

  const Plan& plan_;
  Ledger& ledger_;
  std::vector<Place> places_;  // by tag
};

}  // namespace sim
