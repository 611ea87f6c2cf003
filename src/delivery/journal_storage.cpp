// How the journal brings storage up to date.
#include <algorithm>
#include <utility>

#include "base/list.h"
#include "base/text.h"
#include "delivery/journal.h"

namespace appizer {

void Journal::handle_storage_cleared() {
  provisional_dirty_ = !provisional_.empty();
  forget_moved();
  for (const auto& segment : segments_) {
    // `stored` stays: the report may be older than the last write, which must still be removed one
    // day.
    segment->written = segment->was_written = 0;
    for (Record& record : segment->records) record.stored = false;
    mark_dirty(*segment);
  }
}

bool Journal::misses_segment(View keys) const {
  const View all = "\n" + keys + "\n";
  for (const auto& segment : segments_) {
    // What waits to be written anyway may well not be there.
    if (!segment->taken || segment->dirty) continue;
    if (all.find("\n" + segment->key + "\n") == View::npos) return true;
  }
  return false;
}

void Journal::handle_store_failed(View key, Millis now) {
  for (std::size_t i = segments_.size(); i-- > 0;) {
    if (segments_[i]->key != key) continue;
    // What storage has under this key, if anything, is the text from before.
    segments_[i]->written = segments_[i]->was_written;
    segments_[i]->taken = segments_[i]->was_taken;
    for (Record& record : segments_[i]->records) record.stored = record.was_stored;
    mark_dirty(*segments_[i]);
    break;
  }
  if (key == provisional_key_) provisional_dirty_ = provisional_refused_ = true;
  failing_ = true;
  probing_ = false;
  // Once more at once, if there is room that this write did not have.
  retry_storage_ = retry_storage_ < 0 ? now : now + kStoragePause;
}

// Returns whether storage has more room than before.
bool Journal::write(Segment& segment, Effects& effects) {
  String text(segment.moved);
  text.reserve(text.size() + segment.bytes + segment.records.size() * 16);
  for (Record& record : segment.records) {
    record.was_stored = std::exchange(record.stored, !record.handed_over);
    if (record.handed_over) continue;
    append_line(text, record);
    text += '\n';
  }
  segment.dirty = false;
  segment.was_written = std::exchange(segment.written, text.size());
  segment.was_taken = std::exchange(segment.taken, !text.empty());
  if (!text.empty()) {
    segment.stored = true;
    effects.store(segment.key, text);
  } else if (std::exchange(segment.stored, false)) {
    effects.erase(segment.key);
    return true;
  }
  return segment.written < segment.was_written;
}

bool Journal::sync(Effects& effects, Millis now) {
  // Nothing was said against the last write: storage works.
  bool freed = std::exchange(probing_, false);
  failing_ = failing_ && !freed;
  if (!failing_) retry_storage_ = now + kStoragePause;
  // First, as its number in the document may be that of a record below.
  write_provisional(effects, now);
  // Removals before writes: they make room.
  for (const String& key : erased_) effects.erase(key);
  freed = freed || !erased_.empty();
  erased_.clear();
  if (dirty_.empty()) return freed;
  List<Segment*> waiting;
  for (Segment* segment : dirty_) {
    const bool gone = std::all_of(segment->records.begin(), segment->records.end(),
                                  [](const Record& record) { return record.handed_over; });
    if (gone && segment->moved.empty()) {
      freed = write(*segment, effects) || freed;
    } else {
      waiting.push_back(segment);
    }
  }
  dirty_.clear();
  const bool open_is_empty = last_is_open_ && segments_.back()->records.empty();
  if (open_is_empty) last_is_open_ = false;
  segments_.remove_if(
      [](const auto& segment) { return segment->records.empty() && segment->moved.empty(); });
  if (failing_ && !freed && now < retry_storage_) {
    dirty_ = std::move(waiting);
    return freed;
  }
  probing_ = probing_ || (failing_ && !waiting.empty());
  for (Segment* segment : waiting) {
    // While storage fails, one write at a time: the next only if this one is not refused.
    if (failing_ && segment != waiting[0]) {
      dirty_.push_back(segment);
    } else {
      // One that storage refused before it may refuse again.
      freed = (write(*segment, effects) && !failing_) || freed;
    }
  }
  return freed;
}

String Journal::take_early_provisional() {
  if (!std::exchange(provisional_is_early_, false)) return {};
  provisional_.clear();
  provisional_dirty_ = false;
  return std::exchange(provisional_key_, {});
}

}  // namespace appizer
