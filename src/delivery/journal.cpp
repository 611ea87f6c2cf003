#include "delivery/journal.h"

#include <algorithm>
#include <utility>

#include "base/compare.h"
#include "base/json.h"
#include "base/list.h"
#include "base/text.h"

namespace appizer {

void Journal::set_document(View document) {
  document_ = document;
  if (!provisional_key_.empty()) {
    erased_.push_back(std::exchange(provisional_key_, {}));
    provisional_dirty_ = true;
    provisional_is_early_ = false;
  }
  last_is_open_ = false;
  for (const auto& segment : segments_) {
    if (segment->taken) continue;
    new_key(*segment);
    segment->stored = false;
  }
}

void Journal::new_key(Segment& segment) { segment.key = next_key(); }

View Journal::next_key() {
  String& key = scratch(prefix_);
  key += document_;
  key += '.';
  key += lane_;
  json::append_integer(key, next_segment_++);
  return key;
}

void Journal::set_provisional(View text) {
  if (text == provisional_) return;
  provisional_ = text;
  provisional_dirty_ = true;
  provisional_refused_ = false;
}

void Journal::write_provisional(Effects& effects, Millis now) {
  const bool waits = provisional_refused_ && failing_ && now < retry_storage_;
  if (waits || !std::exchange(provisional_dirty_, false)) return;
  if (provisional_.empty()) {
    if (!provisional_key_.empty()) effects.erase(provisional_key_);
    provisional_key_.clear();
    provisional_is_early_ = false;
    return;
  }
  if (provisional_key_.empty()) provisional_key_ = next_key();
  Record record;
  record.text = provisional_;
  String& line = scratch();
  append_line(line, record);
  line += '\n';
  probing_ = failing_;
  effects.store(provisional_key_, line);
}

Journal::Segment& Journal::open_segment(std::size_t bytes) {
  const bool replaces = !replaces_.empty();
  if (last_is_open_ && !replaces) {
    Segment& last = *segments_.back();
    if (last.written < kRewritten && last.bytes + bytes <= kSegment) return last;
  }
  auto segment = std::make_unique<Segment>();
  if (replaces) {
    // Storage has the record, in the form of the call; nothing else joins it there.
    segment->key = std::exchange(replaces_, {});
    segment->stored = segment->taken = true;
    segment->written = kRewritten;
  } else {
    new_key(*segment);
  }
  segments_.push_back(std::move(segment));
  last_is_open_ = !replaces;
  return *segments_.back();
}

void Journal::append(Record&& record) {
  const std::size_t bytes = record.text.size();
  if (!replaces_.empty()) record.stored = true;
  Segment& segment = open_segment(bytes);
  record.number = next_number_++;
  record.flight = 0;
  record.dropped += std::exchange(dropped_, 0);
  // It moves to the end of its own segment.
  if (segment.moved.find(record.text) != View::npos) segment.moved.clear();
  segment.bytes += bytes;
  segment.records.push_back(std::move(record));
  mark_dirty(segment);
  ++size_;
  bytes_ += bytes;
}

void Journal::mark_dirty(Segment& segment) {
  if (segment.dirty) return;
  segment.dirty = true;
  dirty_.push_back(&segment);
}

// A record that is on its way was written into its request with the count it had then.
void Journal::leave_count(std::size_t segment, std::size_t record, std::uint32_t count) {
  for (; segment < segments_.size(); ++segment, record = 0) {
    auto& records = segments_[segment]->records;
    for (; record < records.size(); ++record) {
      if (records[record].flight == 0) {
        records[record].dropped += count;
        mark_dirty(*segments_[segment]);
        return;
      }
    }
  }
  dropped_ += count;
}

bool Journal::evict(Record& evicted) {
  const std::uint32_t oldest = first_waiting();
  if (oldest == 0) return false;
  const auto [segment, record] = place_of(oldest);
  take_out(segment, record, evicted);
  leave_count(segment, record, evicted.dropped + 1);
  return true;
}

List<const Record*> Journal::take(std::uint32_t flight, std::size_t most, std::size_t bytes,
                                  std::size_t overhead, std::size_t skip) {
  List<const Record*> taken;
  std::size_t total = 0;
  for (const auto& segment : segments_) {
    for (Record& record : segment->records) {
      if (record.flight != 0) {
        if (taken.empty()) continue;
        return taken;
      }
      if (skip > 0) {
        --skip;
        continue;
      }
      total += record.text.size() + overhead;
      if (!taken.empty()) {
        const Record& first = *taken[0];
        if (taken.size() == most || total > bytes || record.kind != first.kind ||
            record.kind != Kind::event || record.app != first.app) {
          return taken;
        }
      }
      record.flight = flight;
      ++flying_;
      taken.push_back(&record);
    }
  }
  return taken;
}

bool Journal::has_later_user(std::size_t& before) const {
  before = 0;
  for (const auto& segment : segments_) {
    for (const Record& record : segment->records) {
      if (record.flight != 0) continue;
      if (before > 0 && record.kind == Kind::user) return true;
      ++before;
    }
  }
  return false;
}

std::uint32_t Journal::find(Kind kind, View start) const {
  for (const auto& segment : segments_) {
    for (const Record& record : segment->records) {
      if (record.kind == kind && View(record.text).starts_with(start)) return record.number;
    }
  }
  return 0;
}

const Record* Journal::first() const {
  for (const auto& segment : segments_) {
    for (const Record& record : segment->records) {
      if (record.flight == 0) return &record;
    }
  }
  return nullptr;
}

const Record* Journal::first_of(std::uint32_t flight) const {
  for (const auto& segment : segments_) {
    for (const Record& record : segment->records) {
      if (record.flight == flight) return &record;
    }
  }
  return nullptr;
}

void Journal::rewrite(std::uint32_t flight, View text) {
  for (const auto& segment : segments_) {
    for (Record& record : segment->records) {
      if (record.flight != flight) continue;
      segment->bytes += text.size() - record.text.size();
      bytes_ += text.size() - record.text.size();
      record.text = text;
      mark_dirty(*segment);
      return;
    }
  }
}

bool Journal::extract(std::uint32_t number, Record& record, bool moves) {
  const auto [at, place] = place_of(number);
  if (at == segments_.size()) return false;
  take_out(at, place, record);
  // Nobody knows when it will get through.
  if (record.dropped > 0) leave_count(at, place, std::exchange(record.dropped, 0));
  if (moves && record.stored) {
    append_line(segments_[at]->moved, record);
    segments_[at]->moved += '\n';
    keeps_moved_ = true;
  }
  return true;
}

void Journal::forget_moved() {
  if (!std::exchange(keeps_moved_, false)) return;
  for (const auto& segment : segments_) {
    if (segment->moved.empty()) continue;
    segment->moved.clear();
    mark_dirty(*segment);
  }
}

// Where the record of this number is, if it waits; behind the last segment otherwise.
Journal::Place Journal::place_of(std::uint32_t number) const {
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    const List<Record>& records = segments_[i]->records;
    for (std::size_t j = 0; j < records.size(); ++j) {
      if (records[j].number == number && records[j].flight == 0) return {i, j};
    }
  }
  return {segments_.size(), 0};
}

void Journal::take_out(std::size_t segment, std::size_t record, Record& taken) {
  Segment& from = *segments_[segment];
  taken = std::move(from.records[record]);
  from.records.erase(record);
  from.bytes -= taken.text.size();
  bytes_ -= taken.text.size();
  --size_;
  mark_dirty(from);
}

// Flights are at the front of the queue, each in one piece, so this looks at little else.
template <typename Gone>
std::size_t Journal::remove(std::uint32_t flight, Gone gone) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < segments_.size(); ++i) {
    Segment& segment = *segments_[i];
    List<Record>& records = segment.records;
    std::size_t begin = 0;
    while (begin < records.size() && records[begin].flight != flight) ++begin;
    if (begin == records.size()) {
      if (count > 0 && !records.empty()) break;
      continue;
    }
    std::size_t end = begin;
    for (; end < records.size() && records[end].flight == flight; ++end) {
      segment.bytes -= records[end].text.size();
      bytes_ -= records[end].text.size();
      gone(records[end]);
      ++count;
    }
    records.erase(begin, end - begin);
    mark_dirty(segment);
  }
  size_ -= count;
  flying_ -= count;
  return count;
}

std::size_t Journal::acknowledge(std::uint32_t flight) {
  return remove(flight, [](Record&) {});
}

List<Record> Journal::give_up(std::uint32_t flight) {
  List<Record> given;
  std::uint32_t lost = 0;
  remove(flight, [&](Record& record) {
    lost += record.dropped + 1;
    given.push_back(std::move(record));
  });
  count_lost(lost);
  return given;
}

std::size_t Journal::put_back(std::uint32_t flight) {
  std::size_t count = 0;
  for (const auto& segment : segments_) {
    const std::size_t before = count;
    for (Record& record : segment->records) {
      if (record.flight != flight) continue;
      if (record.handed_over) mark_dirty(*segment);
      record.handed_over = false;
      record.flight = 0;
      ++count;
    }
    if (count > 0 && count == before && !segment->records.empty()) break;
  }
  flying_ -= count;
  return count;
}

bool Journal::is_last_waiting(std::uint32_t number) const {
  if (segments_.empty() || segments_.back()->records.empty()) return false;
  const Record& last = segments_.back()->records.back();
  return last.number == number && last.flight == 0;
}

void Journal::amend(View text) {
  Segment& segment = *segments_.back();
  Record& last = segment.records.back();
  segment.bytes += text.size() - last.text.size();
  bytes_ += text.size() - last.text.size();
  last.text = text;
  last.stored = false;  // what storage has says less
  mark_dirty(segment);
}

void Journal::rename(View member, View from, View to) {
  String& old = scratch();
  json::append_string(old, member);
  old += ':';
  String& fresh = scratch(old);
  json::append_string(old, from);
  json::append_string(fresh, to);
  for (const auto& segment : segments_) {
    for (Record& record : segment->records) {
      const std::size_t at = record.text.find(old);
      if (record.flight != 0 || at == String::npos) continue;
      record.text.replace(at, old.size(), fresh);
      segment->bytes += fresh.size() - old.size();
      bytes_ += fresh.size() - old.size();
      mark_dirty(*segment);
    }
  }
}

void Journal::hand_over(std::uint32_t flight) {
  for (const auto& segment : segments_) {
    for (Record& record : segment->records) {
      if (record.flight != flight) continue;
      record.handed_over = true;
      mark_dirty(*segment);
    }
  }
}

std::size_t Journal::take_over(View key, View text, bool converted) {
  auto segment = std::make_unique<Segment>();
  segment->key = key;
  segment->stored = segment->taken = segment->adopted = true;
  segment->written = segment->was_written = text.size();
  std::uint32_t unreadable = 0;
  std::size_t all_unreadable = 0;
  while (!text.empty()) {
    const std::size_t end = min(text.find('\n'), text.size());
    Record record;
    if (from_line(text.substr(0, end), record)) {
      record.number = next_number_++;
      record.dropped += std::exchange(unreadable, 0);
      record.stored = true;
      segment->bytes += record.text.size();
      segment->records.push_back(std::move(record));
    } else {
      ++unreadable;
      ++all_unreadable;
    }
    text.remove_prefix(min(end + 1, text.size()));
  }
  if (segment->records.empty()) {
    erased_.push_back(std::move(segment->key));
    if (unreadable > 0) leave_count(0, 0, unreadable);
    return all_unreadable;
  }
  if (converted || all_unreadable > 0) mark_dirty(*segment);
  size_ += segment->records.size();
  bytes_ += segment->bytes;
  // Older than the document's own, so before it; but a flight stays in one piece.
  std::size_t place = 0;
  for (std::size_t seen = 0; seen < flying_; ++place) {
    const auto& records = segments_[place]->records;
    seen += static_cast<std::size_t>(std::count_if(
        records.begin(), records.end(), [](const Record& one) { return one.flight != 0; }));
  }
  for (std::size_t i = place; i < segments_.size(); ++i) {
    if (segments_[i]->adopted) place = i + 1;
  }
  if (place == segments_.size()) last_is_open_ = false;
  segments_.insert(place, std::move(segment));
  if (unreadable > 0) leave_count(place + 1, 0, unreadable);
  return all_unreadable;
}

void Journal::forget_stored() {
  last_is_open_ = keeps_moved_ = false;
  bool touched = false;
  for (const auto& segment : segments_) {
    auto& records = segment->records;
    // What was handed over is not in storage; its flight may still have something to say of it.
    const auto stored = [](const Record& record) { return record.stored && !record.handed_over; };
    // Their keys stay in the order of what they hold.
    touched = touched || segment->taken || std::any_of(records.begin(), records.end(), stored);
    if (!touched) continue;
    for (const Record& record : records) {
      if (!stored(record)) continue;
      segment->bytes -= record.text.size();
      bytes_ -= record.text.size();
      --size_;
      flying_ -= record.flight != 0;
    }
    records.remove_if(stored);
    segment->moved.clear();
    // The text under its key may have been taken over by now.
    new_key(*segment);
    segment->stored = segment->taken = segment->adopted = false;
    segment->written = segment->was_written = 0;
    mark_dirty(*segment);
  }
}

std::uint32_t Journal::first_waiting() const {
  const Record* const record = first();
  return record == nullptr ? 0 : record->number;
}

bool Journal::has_up_to(std::uint32_t number) const {
  for (const auto& segment : segments_) {
    for (const Record& record : segment->records) {
      if (record.number <= number && !record.handed_over) return true;
    }
  }
  return false;
}

}  // namespace appizer
