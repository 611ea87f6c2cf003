#include "liveness.h"

#include <algorithm>

#include "delivery/retry.h"

namespace sim {
namespace {

// Beyond a documented pause: the batching of a busy page, a request without an answer (30 s), the
// patience for a recovery lock (20 s), the pace of a page that believes to be offline (a minute).
constexpr Millis kPatience = 3 * kMinute;
constexpr Millis kBetweenChecks = kMinute;

}  // namespace

void Liveness::sending(const Send& send) {
  Page& page = documents_[send.document];
  page.sent = courses_[page.site][send.lane].sent = clock_.now();
}

void Liveness::answered(const Send& send, appizer::Outcome outcome, Millis pause) {
  Page& page = documents_[send.document];
  page.sent = clock_.now();
  Course& course = courses_[page.site][send.lane];
  using appizer::Outcome;
  // A success does not end the pause of those that failed beside it, or that another page's failure
  // has stored.
  if (outcome == Outcome::delivered || outcome == Outcome::refused) return;
  const Millis longest = outcome == Outcome::not_allowed ? appizer::Retry::kLongestPause
                                                         : appizer::Retry::kLongestWindow;
  course.paused_until = std::max(course.paused_until, clock_.now() + longest);
  course.asked_until = std::max(course.asked_until, clock_.now() + pause);
}

void Liveness::disturb_all() {
  const Millis from = std::max(clock_.now(), clock_.awake());
  for (Page& page : documents_) page.since = std::max(from, ready());
  // Pauses go on after a sleep where the monotonic clock stops meanwhile.
  for (auto& site : courses_) {
    for (Course& course : site) {
      for (Millis* until : {&course.paused_until, &course.asked_until}) {
        if (*until > clock_.now()) *until += from - clock_.now();
      }
    }
  }
}

void Liveness::pause_damaged() {
  damaged_ = true;
  for (auto& site : courses_) {
    for (Course& course : site) course.asked_until = clock_.now() + 24 * kHour;
  }
}

// Alone at fault: it is tried ever more rarely, and holds back nobody else.
bool Liveness::waits(Tag tag) const {
  const Entry& entry = ledger_.entry(tag);
  if (entry.closed() || entry.outdated || entry.set_aside()) return false;
  if (entry.kind == Entry::alias && !entry.expected) return false;
  // It waits for its user.
  if (entry.kind == Entry::alias && ledger_.entry(tag - 1).set_aside()) return false;
  if (entry.last_send == UINT32_MAX) return true;
  const Send::State state = sends_[entry.last_send].state;
  return state != Send::flying && state != Send::handed_over && state != Send::acknowledged;
}

void Liveness::check(const std::vector<bool>& attentive) {
  next_check_ = clock_.now() + kBetweenChecks;
  if (!plan_.features.has(Feature::silence)) return;
  if (ledger_.leases_excuse() || ledger_.evicted_unnamed()) return;
  while (first_open_ < ledger_.size() && ledger_.entry(first_open_).closed()) ++first_open_;
  for (Tag tag = first_open_; tag < ledger_.size(); ++tag) {
    const Entry& entry = ledger_.entry(tag);
    if (entry.holder >= documents_.size() || !attentive[entry.holder] || !waits(tag)) continue;
    const Page& page = documents_[entry.holder];
    const Lane lane = entry.kind == Entry::event ? events : users;
    const Course& course = courses_[page.site][lane];
    const Millis from = std::max({entry.tracked, entry.held, page.since, page.sent, course.sent,
                                  course.paused_until, course.asked_until});
    // Without locks a page adds a delay to each pause that it reads, and one whose only event
    // failed gives way to all of these.
    const Millis spread = plan_.locks ? 0 : appizer::Retry::kLongestWindow;
    if (clock_.now() - from <= kPatience + spread) continue;
    return ledger_.violated("document " + std::to_string(entry.holder) + " is silent for " +
                            std::to_string((clock_.now() - from) / kSecond) +
                            " s beyond its pause: " + ledger_.word(tag));
  }
}

}  // namespace sim
