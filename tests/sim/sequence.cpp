#include "sequence.h"

namespace sim {

void Sequence::sending(const Send& send) {
  for (const Part& part : send.parts) {
    if (part.tag >= ledger_.size() || ledger_.entry(part.tag).kind != Entry::event) continue;
    if (places_.size() <= part.tag) places_.resize(part.tag + 1);
    Place& place = places_[part.tag];
    const Place now{part.number, part.view_document, part.view};
    if (now.number == 0) {
      ledger_.violated("has no $seq: " + ledger_.word(part.tag));
    } else if (place.number != 0 && place.number != now.number) {
      ledger_.violated("has another $seq than before: " + ledger_.word(part.tag));
    } else if (now.view == 0 || (place.view != 0 && place.view != now.view)) {
      ledger_.violated("joins no view, or two: " + ledger_.word(part.tag));
    }
    place = now;
  }
}

// Between two events of a document that the server knows, each number is one event that was tracked
// between them: it was stored, reported, or lost to a fault, which the ledger proves.
void Sequence::compare(const std::vector<Tag>& tags) {
  const Place* before = nullptr;
  std::uint32_t at = 0;
  for (const Tag tag : tags) {
    if (tag >= places_.size() || places_[tag].number == 0) continue;
    const Place& place = places_[tag];
    const std::uint32_t index = ledger_.entry(tag).place;
    const bool same = before != nullptr && before->document == place.document;
    const std::uint32_t between = before == nullptr ? index + 1 : index - at;
    const std::uint32_t step = same ? place.number - before->number : place.number;
    // A page that comes back from the cache may begin anew, under another name.
    const bool exact = same || before == nullptr;
    const bool all_counted = plan_.memory == Plan::nobody && !ledger_.evicted_unnamed();
    // What the page records by itself has numbers, too.
    const bool too_far = step > between && !plan_.features.has(Feature::views);
    if (step == 0 || too_far || (exact && all_counted && step < between)) {
      return ledger_.violated("$seq " + std::to_string(place.number) + " is not the number of " +
                              ledger_.word(tag));
    }
    before = &place;
    at = index;
  }
}

void Sequence::close() {
  std::vector<std::vector<Tag>> tracked;
  for (Tag tag = 0; tag < ledger_.size(); ++tag) {
    const Entry& entry = ledger_.entry(tag);
    if (entry.kind != Entry::event) continue;
    if (tracked.size() <= entry.document) tracked.resize(entry.document + 1);
    tracked[entry.document].push_back(tag);
  }
  for (const auto& tags : tracked) compare(tags);
}

}  // namespace sim
