#include "ledger.h"

#include <algorithm>

#include "delivery/record.h"

namespace sim {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

Lane lane_of(const Entry& entry) { return entry.kind == Entry::event ? events : users; }

// Among records that are at fault there are users and aliases beside events.
void read_parts(Lane lane, std::string_view text, std::vector<Part>& parts) {
  if (lane == events) read_events(text, parts);
  read_users(text, parts);
}

}  // namespace

void Ledger::open_document() { documents_.emplace_back(); }

Entry& Ledger::add(Entry::Kind kind, std::uint32_t document, Millis now) {
  Document& owner = documents_[document];
  Entry entry{kind, document, owner.life, 0, document, now};
  auto& tracked = owner.tracked[lane_of(entry)];
  entry.place = static_cast<std::uint32_t>(tracked.size());
  tracked.push_back(static_cast<Tag>(entries_.size()));
  entries_.push_back(entry);
  return entries_.back();
}

Tag Ledger::track(std::uint32_t document, bool poison, bool large, Millis now) {
  Entry& entry = add(Entry::event, document, now);
  entry.poison = poison;
  entry.large = large;
  entry.disliked = is_disliked();
  documents_[document].uncounted = 0;
  return static_cast<Tag>(entries_.size() - 1);
}

Tag Ledger::name(std::uint32_t document, Millis now) {
  add(Entry::user, document, now);
  add(Entry::alias, document, now).expected = false;
  return static_cast<Tag>(entries_.size() - 2);
}

Tag Ledger::know(std::uint32_t document, Millis now) {
  add(Entry::fact, document, now).disliked = is_disliked();
  return static_cast<Tag>(entries_.size() - 1);
}

// Some of what is tracked, whether there is a proxy or not.
bool Ledger::is_disliked() const {
  return static_cast<std::uint32_t>(entries_.size()) * 2654435761U % 100 < 6;
}

std::vector<Entry*> Ledger::entries_of(const Send& send) {
  std::vector<Entry*> found;
  for (const Part& part : send.parts) found.push_back(&entries_[part.tag]);
  for (const Automatic& event : send.automatic) {
    const Entry entry{Entry::event, send.document, 0, 0, send.document, 0};
    found.push_back(&automatic_entries_.try_emplace(event.part.id, entry).first->second);
  }
  return found;
}

void Ledger::failed(std::uint32_t index) {
  const Send& send = sends_[index];
  if (send.records() != 1) return;
  for (Entry* const each : entries_of(send)) {
    Entry& entry = *each;
    const bool own =
        entry.last_alone != kNone && sends_[entry.last_alone].document == send.document;
    const bool others_passed =
        own && std::any_of(sends_.begin() + entry.last_alone, sends_.end(), [&](const Send& other) {
          return other.document == send.document && other.lane == send.lane &&
                 other.state == Send::acknowledged;
        });
    // A browser need not be allowed to link ids, which concerns the alias alone.
    const bool alias = entry.kind == Entry::alias && send.status != 0;
    if (entry.fault == kNone && (alias || (entry.set_aside() && others_passed))) {
      entry.fault = index;
    }
    entry.last_alone = index;
    ++entry.failed_alone;
  }
}

bool Ledger::at_fault(const Send& send) {
  // A user or an alias whose id a fault has damaged may be.
  if (send.lane == users && send.records() == 0) return true;
  if (send.records() != 1) return false;
  const std::vector<Entry*> all = entries_of(send);
  return std::any_of(all.begin(), all.end(),
                     [](const Entry* entry) { return entry->fault != kNone; });
}

bool Ledger::set_aside(const Send& send) {
  if (send.records() != 1) return false;
  // An alias goes with its user.
  for (const Part& part : send.parts) {
    const bool follows = entries_[part.tag].kind == Entry::alias;
    if (follows && entries_[part.tag - 1].set_aside()) return true;
  }
  const std::vector<Entry*> all = entries_of(send);
  return std::any_of(all.begin(), all.end(), [](const Entry* entry) { return entry->set_aside(); });
}

bool Ledger::shows_fault(std::uint32_t index) {
  const std::vector<Entry*> all = entries_of(sends_[index]);
  return std::any_of(all.begin(), all.end(),
                     [&](const Entry* entry) { return entry->fault == index; });
}

// While the first record fails alone, another one shows whether anything passes.
bool Ledger::is_probe(const Send& send) const {
  if (send.records() != 1) return false;
  // What fails may be a record that a fault has made unreadable, or one that the page recorded by
  // itself.
  const bool unknown_fails = std::any_of(sends_.begin(), sends_.end(), [&](const Send& other) {
    return other.document == send.document && other.lane == send.lane && other.parts.empty() &&
           other.records() <= 1 && (other.state == Send::failed || other.state == Send::cancelled);
  });
  if (unknown_fails) return true;
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    // The server may have it without the page knowing.
    if (entry.last_send == kNone || !entry.set_aside()) return false;
    return entry.holder == send.document && lane_of(entry) == send.lane &&
           sends_[entry.last_send].state != Send::acknowledged;
  });
}

void Ledger::cleared_by(std::uint32_t document, Millis now) {
  for (Entry& entry : entries_) {
    if (entry.holder == document && !entry.closed()) entry.cleared = now;
  }
}

void Ledger::withdraw(Entry& entry) {
  if (entry.is_stored() || entry.reported || entry.withdrawn) return;
  entry.withdrawn = true;
  coverage_.add(Count::withdrawn);
}

void Ledger::withdraw(std::uint32_t document) {
  count_may_be_lost_ = true;  // with the event that would have carried it
  const bool out_of_reach = storage_.health() == Storage::Health::throws;
  for (Tag tag = 0; tag < entries_.size(); ++tag) {
    Entry& entry = entries_[tag];
    // What the page handed over to the browser is put back by that page only.
    const Send* last = entry.last_send == kNone ? nullptr : &sends_[entry.last_send];
    const bool left =
        last != nullptr && last->state == Send::handed_over && last->document == document;
    if (entry.holder != document && !left) continue;
    // What cannot be removed now is there when storage works again, and may be sent then.
    if (out_of_reach && persisted(tag)) {
      entry.unsaved = true;
    } else {
      withdraw(entry);
    }
  }
}

// A record with several facts is reported as one, and not by name.
void Ledger::refused_alone(const Send& send) {
  for (const Part& part : send.parts) {
    if (entries_[part.tag].kind == Entry::fact) entries_[part.tag].reported = true;
  }
}

void Ledger::name_again(Tag tag) {
  entries_[tag].repeated = true;
  entries_[tag + 1].repeated = true;
}

std::string Ledger::word(Tag tag) const {
  const Entry& entry = entries_[tag];
  const std::string number = std::to_string(entry.kind == Entry::alias ? tag - 1 : tag);
  switch (entry.kind) {
    case Entry::event:
      return "e" + number;
    case Entry::user:
      return "user u" + number;
    case Entry::fact:
      return "fact k" + number;
    default:
      return "alias of u" + number;
  }
}

void Ledger::wrote(Lane lane, std::string_view text) {
  if (lane != users) return;
  std::vector<Part> parts;
  read_users(text, parts);
  for (const Part& part : parts) entries_[part.tag].expected = true;
}

void Ledger::took_over(std::uint32_t document, Lane lane, std::string_view text, Millis now) {
  std::vector<Part> parts;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    // A damaged one may name what it never held.
    appizer::Record record;
    const bool early = line.starts_with('{');
    if (early || appizer::from_line(line, record)) read_parts(lane, line, parts);
  }
  for (const Part& part : parts) {
    if (part.tag >= entries_.size()) continue;
    Entry& entry = entries_[part.tag];
    entry.holder = document;
    entry.held = now;
    // Early calls are taken over while their page is there.
    if (entry.document != document) documents_[entry.document].was_away = true;
  }
}

// No copy without a cause: the answer to the one before was missing, or asked for another.
void Ledger::check_cause(const Entry& entry, Tag tag, const Send& send) {
  if (entry.withdrawn && !entry.repeated && !leases_excuse()) {
    violated("sent after consent was withdrawn: " + word(tag));
    return;
  }
  if (copies_excused(entry)) return;
  if (entry.reported) {
    violated("sent after it was reported as ended: " + word(tag));
    return;
  }
  if (entry.last_send == kNone) return;
  const Send& before = sends_[entry.last_send];
  const Document& sender = documents_[before.document];
  switch (before.state) {
    case Send::flying:
      if (!sender.away && !sender.dead) violated("sent twice at the same time: " + word(tag));
      break;
    case Send::acknowledged:
      violated("sent again after the server had acknowledged it: " + word(tag));
      break;
    case Send::handed_over:
      // A suspect stays in storage: what has failed alone so often does not count as delivered
      // because the page leaves.
      if (entry.set_aside()) break;
      violated("sent again after the browser had taken it over: " + word(tag));
      break;
    case Send::refused_alone:
      // Once more, cut to the documented limits.
      if (contains(send.body, "\"$cut\"") && !contains(before.body, "\"$cut\"")) break;
      violated("sent again after the server had refused it alone: " + word(tag));
      break;
    default:
      break;
  }
}

// Requests side by side while leaving arrive in any order; what was handed over is not waited for;
// and once a page has been away, others may have taken over what it left in storage.
bool Ledger::may_be_overtaken(const Entry& entry, const Send& by) const {
  if (entry.handed_over || entry.set_aside()) return true;
  if (entry.holder != by.document) return documents_[entry.document].was_away;
  if (entry.last_send == kNone) return false;
  const Send& last = sends_[entry.last_send];
  if (last.document != by.document) return false;
  // An alias is refused where the server does not know its user yet.
  return last.state == Send::flying && by.lane == events;
}

void Ledger::check_order(const Send& send, Tag tag, const Entry* before) {
  const Entry& entry = entries_[tag];
  Document& owner = documents_[entry.document];
  const auto& tracked = owner.tracked[send.lane];
  std::size_t& first = owner.first_open[send.lane];
  while (first < tracked.size() && entries_[tracked[first]].closed()) ++first;
  std::size_t from = first;
  if (before != nullptr && before->document == entry.document && before->place < entry.place) {
    from = std::max<std::size_t>(from, before->place + 1);  // the others were looked at already
  }
  for (std::size_t i = from; i < entry.place; ++i) {
    const Entry& earlier = entries_[tracked[i]];
    if (earlier.closed() || earlier.in_this_send || earlier.life != entry.life) continue;
    if (!may_be_overtaken(earlier, send) && !is_probe(send)) {
      violated(word(tag) + " overtakes " + word(tracked[i]));
    }
  }
}

void Ledger::check_order(const Send& send) {
  if (unnamed_[send.lane] > 0 || leases_excuse()) return;  // what looks open may have been evicted
  const Entry* before = nullptr;
  for (const Part& part : send.parts) {
    Entry& entry = entries_[part.tag];
    if (entry.closed()) continue;
    check_order(send, part.tag, before);
    entry.in_this_send = true;
    before = &entry;
  }
  for (const Part& part : send.parts) entries_[part.tag].in_this_send = false;
}

void Ledger::sending(std::uint32_t index) {
  const Send& send = sends_[index];
  for (const Part& part : send.parts) {
    if (part.tag >= entries_.size()) {
      violated("sent an event that no page tracked");
      return;
    }
    Entry& entry = entries_[part.tag];
    entry.expected = true;
    check_cause(entry, part.tag, send);
    if (entry.id != 0 && part.id != entry.id) {
      violated("has another $event_id than before: " + word(part.tag));
    }
    entry.id = part.id;
  }
  check_order(send);
  for (const Part& part : send.parts) entries_[part.tag].last_send = index;
}

void Ledger::stored(std::uint32_t index, Millis now) {
  Send& send = sends_[index];
  send.stored = true;
  for (const Automatic& event : send.automatic) {
    if (automatic_.insert(event.part.id).second) counted_ += event.part.dropped;
  }
  for (const Part& part : send.parts) {
    Entry& entry = entries_[part.tag];
    if (++entry.copies > 1) {
      coverage_.add(Count::copies);
    } else {
      entry.stored = now;
      counted_ += part.dropped;
    }
  }
}

void Ledger::reported(std::uint32_t document, std::string_view json) {
  const bool refused = json.find("\"refused\"") != std::string_view::npos;
  const bool evicted = json.find("\"evicted\"") != std::string_view::npos;
  const bool unreadable = json.find("\"unreadable\"") != std::string_view::npos;
  const auto count = static_cast<std::uint64_t>(read_number(json, "count", 0));
  const Lane lane = json.find("\"kind\":\"event\"") != std::string_view::npos ? events : users;
  if (evicted && json.find("\"kind\"") == std::string_view::npos) {
    // Dropped while waiting for a decision: calls of any kind, which nothing else counts.
    coverage_.add(Count::wait_overflows);
    unnamed_[events] += count;
    unnamed_[users] += count;
    // Of these the events are in $dropped as well; how many that is, is not said.
    reported_[events] += count;
    count_may_be_lost_ = true;
    return;
  }
  coverage_.add(refused   ? Count::refused_events
                : evicted ? Count::evicted_events
                          : Count::unreadable_records,
                count);
  if (unreadable) {
    // The report does not say which record; what was damaged is known already.
    reported_[events] += count;
    documents_[document].uncounted += 1;
    if (!harmed_) violated("reported an undamaged record as unreadable");
    return;
  }
  reported_[lane] += count;
  documents_[document].uncounted += 1;
  std::vector<Part> parts;
  read_events(json, parts);
  unnamed_[lane] += count - std::min<std::uint64_t>(count, parts.size());
  for (const Part& part : parts) {
    Entry& entry = entries_[part.tag];
    const bool known = copies_excused(entry);
    if (entry.reported && !known) violated("reported twice: " + word(part.tag));
    const Send* last = entry.last_send == kNone ? nullptr : &sends_[entry.last_send];
    const bool alone = last != nullptr && last->state == Send::refused_alone;
    // Whether the server or something before it refuses it: it failed alone, again and again.
    if (!evicted && !known && !alone && !entry.set_aside()) {
      violated("reported as refused, but no server refused it: " + word(part.tag));
    }
    if (evicted && !known && last != nullptr && last->state == Send::acknowledged) {
      violated("reported as evicted, but acknowledged: " + word(part.tag));
    }
    entry.reported = true;
  }
}

void Ledger::harm(Lane lane, std::string_view text, Millis now) {
  harmed_ = true;
  std::vector<Part> parts;
  read_parts(lane, text, parts);
  for (const Part& part : parts) {
    if (part.tag >= entries_.size()) continue;
    Entry& entry = entries_[part.tag];
    // Damage to what no page has in memory is final; so is damage that the page that had it did
    // not outlive.
    entry.only_stored = entry.only_stored || !in_memory(entry.holder) || not_outlived(entry);
    entry.harmed = now;
    entry.keeper = entry.holder;
  }
}

void Ledger::harm_all(Millis now) {
  for (const auto& [key, value] : storage_.items()) {
    Lane lane;
    if (is_journal(key, lane)) harm(lane, value, now);
  }
}

bool Ledger::user_expected(Tag alias) const {
  return !entries_[alias - 1].closed() && unnamed_[users] == 0 && !leases_excuse();
}

void Ledger::put_back(const Send& send) {
  for (const Part& part : send.parts) entries_[part.tag].holder = send.document;
}

void Ledger::handed_over(const Send& send) {
  for (const Part& part : send.parts) entries_[part.tag].handed_over = true;
  coverage_.add(Count::handed_over);
}

void Ledger::outdate(Lane lane, std::string_view text) {
  harmed_ = true;
  std::vector<Part> parts;
  read_parts(lane, text, parts);
  for (const Part& part : parts) {
    if (part.tag < entries_.size()) entries_[part.tag].outdated = true;
  }
}

// Storage may hold what a page that could not write of late had wanted to remove.
void Ledger::outdate_all() {
  harmed_ = true;
  for (const auto& [key, value] : storage_.items()) {
    Lane lane;
    if (is_journal(key, lane)) outdate(lane, value);
  }
}

void Ledger::leaves(std::uint32_t document, bool unsaved, Millis now) {
  Document& page = documents_[document];
  if (unsaved) outdate_all();
  // What the page itself removed it must have written again by now: unless it had slept longer than
  // its lease, and was waiting to take it back.
  const bool writable = !unsaved && storage_.health() == Storage::Health::works && !leases_excuse();
  for (Entry& entry : entries_) {
    if (entry.cleared < 0 || entry.holder != document || !writable) continue;
    if (entry.harmed == entry.cleared) entry.harmed = -1;
    entry.cleared = -1;
  }
  // Any page may take over what is in storage now.
  std::vector<Part> parts;
  for (const auto& [key, value] : storage_.items()) {
    Lane lane;
    if (is_journal(key, lane)) read_parts(lane, value, parts);
  }
  for (const Part& part : parts) {
    if (part.tag < entries_.size() && entries_[part.tag].holder == document) {
      entries_[part.tag].holder = kNone;
    }
  }
  page.away = true;
  page.was_away = true;
  if (page.uncounted > 0) count_may_be_lost_ = true;
  page.end = now;
}

void Ledger::returns(std::uint32_t document) {
  Document& page = documents_[document];
  page.away = false;
  ++page.life;
  // What storage never took comes after what was stored later, be it in the last moment.
  for (Tag tag = 0; tag < entries_.size(); ++tag) {
    Entry& entry = entries_[tag];
    if (entry.holder == document && !entry.closed() && !persisted(tag)) entry.life = page.life;
  }
}

bool Ledger::persisted(Tag tag) const {
  const Entry& entry = entries_[tag];
  std::string name = entry.kind == Entry::event  ? "\"event_name\":\"e"
                     : entry.kind == Entry::fact ? "\"k"
                                                 : "{\"user_id\":\"u";  // events have theirs behind
  name += std::to_string(entry.kind == Entry::alias ? tag - 1 : tag) + "\"";
  if (entry.kind == Entry::alias) name += ",\"alias_id\"";
  return std::any_of(storage_.items().begin(), storage_.items().end(),
                     [&](const auto& item) { return contains(item.second, name); });
}

void Ledger::dies(std::uint32_t document, bool unsaved, Millis now) {
  Document& page = documents_[document];
  page.dead = true;
  if (page.uncounted > 0) count_may_be_lost_ = true;
  page.end = now;
  if (!unsaved) return;
  outdate_all();
  for (Tag tag = 0; tag < entries_.size(); ++tag) {
    Entry& entry = entries_[tag];
    if (entry.holder == document && !entry.closed() && !persisted(tag)) entry.unsaved = true;
  }
}

bool Ledger::in_memory(std::uint32_t keeper) const {
  return keeper != kNone && !documents_[keeper].dead && !documents_[keeper].away;
}

bool Ledger::not_outlived(const Entry& entry) const {
  return entry.harmed >= 0 && entry.keeper != kNone && documents_[entry.keeper].end >= entry.harmed;
}

bool Ledger::all_closed() const {
  return std::all_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return entry.closed(); });
}

// Losses that a fault explains.
bool Ledger::excused(const Entry& entry) const {
  if (entry.unsaved || entry.repeated) return true;
  // A page whose lease ran out trusts storage more than its memory, as one that was away does.
  if (entry.only_stored) return true;
  if ((entry.harmed >= 0 && leases_excuse()) || not_outlived(entry)) return true;
  return entry.last_send != kNone && sends_[entry.last_send].state == Send::handed_over;
}

void Ledger::close() {
  std::vector<std::uint64_t> ids;
  for (Tag tag = 0; tag < entries_.size(); ++tag) {
    const Entry& entry = entries_[tag];
    if (entry.id != 0) ids.push_back(entry.id);
    if (entry.is_stored() || entry.reported || !entry.expected || entry.withdrawn) continue;
    if (excused(entry)) {
      coverage_.add(Count::lost_by_the_world);
      if (entry.last_send != kNone && sends_[entry.last_send].state == Send::handed_over) {
        coverage_.add(Count::handed_over_lost);
      }
      continue;
    }
    std::uint64_t& unnamed = unnamed_[lane_of(entry)];
    if (unnamed == 0) {
      violated("lost: " + word(tag) + " of document " + std::to_string(entry.document));
      return;
    }
    // One record that was given up may have had several facts.
    if (entry.kind != Entry::fact) --unnamed;
  }
  std::sort(ids.begin(), ids.end());
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) {
    violated("two events have the same $event_id");
  }
  if (harmed_ || leases_excuse()) return;
  const std::string numbers = std::to_string(counted_) + " in $dropped, " +
                              std::to_string(reported_[events]) + " in reports";
  // What the server has stored without the page knowing may be lost once more, with all that it had
  // to report; what was handed over may not have arrived.
  const bool unconfirmed = std::any_of(sends_.begin(), sends_.end(), [](const Send& send) {
    return send.stored != (send.state == Send::acknowledged) || send.state == Send::handed_over;
  });
  if (unconfirmed) return;
  if (counted_ > reported_[events]) {
    violated("$dropped counts more losses than there were: " + numbers);
  }
  if (!count_may_be_lost_ && counted_ < reported_[events]) {
    violated("$dropped misses some losses: " + numbers);
  }
}

}  // namespace sim
