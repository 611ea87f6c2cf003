#include "view_rules.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "visitor/session.h"

namespace sim {

void ViewRules::add(const Part& part, std::string_view name) {
  if (part.view == 0) return ledger_.violated("joins no view: " + std::string(name));
  sessions_[part.session].insert(part.wall);
  // A page that slept longer than its lease goes on with a view whose end another has sent; and so
  // does one whose provisional end storage kept when it was to be removed.
  if (ledger_.leases_excuse() || ledger_.harmed()) return;
  const auto [number, first] =
      numbers_.emplace(std::pair(part.view_document, part.number), part.id);
  if (!first && number->second != part.id) {
    ledger_.violated("two events of a document have one $seq: " + std::string(name) +
                     " is number " + std::to_string(part.number));
  }
  if (part.unseen) {
    // What a page tracks before anybody has seen it.
    if (part.tag == kNoTag && name != "session_start") {
      ledger_.violated("a view of a page that nobody has seen");
    }
    return;
  }
  View& view = views_[part.view];
  view.document = part.view_document;
  if (name == "page_view") {
    view.begins.insert(part.id);
    view.session = part.session;
  } else if (name == "page_leave") {
    view.ends.insert(part.id);
    view.last_session = part.session;
  } else {
    ++view.events;
  }
}

// Of sessions that tabs begin in the same moment one goes on. What was sent in the other by then
// stays there.
bool ViewRules::is_one_session(std::uint64_t one, std::uint64_t other) const {
  if (one == other) return true;
  using appizer::Session;
  const std::set<Millis>& ours = sessions_.at(one);
  const std::set<Millis>& theirs = sessions_.at(other);
  if (clock_.jumps() == 0) return std::abs(*ours.begin() - *theirs.begin()) <= Session::kNew;
  // The earliest time may be that of a later event.
  return std::any_of(ours.begin(), ours.end(), [&](Millis wall) {
    const auto found = theirs.lower_bound(wall - Session::kNew);
    return found != theirs.end() && *found <= wall + Session::kNew;
  });
}

void ViewRules::stored(const Send& send) {
  if (!plan_.features.has(Feature::views) || send.lane != events) return;
  for (const Part& part : send.parts) add(part, ledger_.word(part.tag));
  for (const Automatic& event : send.automatic) add(event.part, event.name);
}

void ViewRules::may_be_lost(const Send& send) {
  for (const Automatic& event : send.automatic) views_[event.part.view].may_be_lost = true;
}

void ViewRules::close() const {
  const bool lossy = excused_ || ledger_.harmed() || ledger_.evicted_unnamed() ||
                     ledger_.leases_excuse() || plan_.poison;
  for (const auto& [id, view] : views_) {
    if (view.begins.size() > 1) return ledger_.violated("two views have the same $view_id");
    if (view.ends.size() > 1) return ledger_.violated("a view has two ends");
    if (!view.begins.empty() && !view.ends.empty() &&
        !is_one_session(view.session, view.last_session)) {
      return ledger_.violated("a view ends in another session");
    }
    if (lossy || view.may_be_lost || unseen_.contains(view.document)) continue;
    if (view.begins.empty()) return ledger_.violated("events join a view that never was");
    if (view.ends.empty() && ended_.contains(view.document)) {
      return ledger_.violated("a view has no end, though its page was hidden before it ended");
    }
  }
}

}  // namespace sim
