#include "protocol_rules.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "delivery/delivery.h"
#include "delivery/retry.h"

namespace sim {
namespace {

using appizer::Delivery;
using appizer::Retry;

constexpr Millis kDay = 24 * kHour;

bool says_later(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

Millis millis(double seconds) {
  if (!(seconds > 0)) return 0;
  return static_cast<Millis>(std::min(seconds * 1000, static_cast<double>(kDay)));
}

// "<failures> <until> <since>[ <unanswered since>]"
bool read_wait(std::string_view text, std::array<Millis, 3>& numbers) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (Millis& number : numbers) {
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc{}) return false;
    at = next == end ? next : next + 1;
  }
  return true;
}

}  // namespace

Millis requested_pause(const Send& send, Millis wall) {
  if (!says_later(send.status)) return 0;
  constexpr std::string_view kDetails = "\"details\":{\"retry_after\":";
  const std::size_t details = send.answer.find(kDetails);
  Millis asked = 0;
  if (details != std::string::npos && send.answer.ends_with("}}")) {
    // Not `from_chars`, which takes no double in the library of every compiler.
    asked = millis(std::strtod(send.answer.c_str() + details + kDetails.size(), nullptr));
  }
  asked = std::max(asked, millis(send.wait.retry_after));
  if (asked == 0 && send.status == 429) {
    const double away = send.wait.reset - static_cast<double>(wall) / 1000;
    if (away <= 3600) asked = millis(away);
  }
  return asked;
}

appizer::Outcome documented_outcome(int status, const Send& send) {
  using enum appizer::Outcome;
  if (status >= 200 && status < 300) return delivered;
  if (status < 400 || says_later(status)) return later;
  // Of an alias it says that there is no such user; of anything else, that there is no server yet.
  const bool is_alias = send.url.ends_with("/aliases");
  if (status == 404 && !is_alias) return not_allowed;
  constexpr int kRefusals[] = {400, 404, 409, 413, 422};
  const bool refusal =
      std::find(std::begin(kRefusals), std::end(kRefusals), status) != std::end(kRefusals);
  return refusal ? refused : not_allowed;
}

void ProtocolRules::expect(bool holds, const char* invariant, const Send& send) {
  if (holds) return;
  ledger_.violated(std::string(invariant) + ": request " + std::to_string(send.flight) +
                   " of document " + std::to_string(send.document));
}

void ProtocolRules::check_size(const Send& send) {
  const bool link = send.lane == users && contains(send.body, "\"user_id\"");
  expect(send.records() > 0 || link || send.body.find("ghost") != std::string::npos,
         "a request without content", send);
  expect(send.records() <= 100, "more than 100 events in a batch", send);
  if (send.keepalive) expect(send.size <= 60'000, "more than 60,000 bytes with keepalive", send);
  if (send.size > 60'000) expect(send.records() <= 1, "a large event in company", send);
}

// One request at a time, unless the page is leaving; never more often than the bucket allows.
void ProtocolRules::check_company(std::uint32_t index, Document& page) {
  const Send& send = sends_[index];
  std::size_t bytes = 0;
  std::erase_if(page.under_way, [&](std::uint32_t other) {
    const Send::State state = sends_[other].state;
    return state != Send::flying && state != Send::handed_over;
  });
  for (const std::uint32_t i : page.under_way) {
    const Send& other = sends_[i];
    if (other.carried && other.keepalive) bytes += other.size;
    if (other.state != Send::flying) continue;
    if (send.parting) coverage_.add(Count::side_by_side);
    expect(send.parting, "two requests of one page at a time", send);
  }
  page.under_way.push_back(index);
  if (send.keepalive) expect(bytes + send.size <= 60'000, "too much at once with keepalive", send);
  const Millis now = clock_.monotonic();
  page.tokens = std::min(30.0, page.tokens + static_cast<double>(now - page.refilled) / 1000);
  page.refilled = now;
  if (send.parting) {
    page.tokens = std::max(0.0, page.tokens - 1);
  } else {
    expect(page.tokens >= 0, "more requests than the bucket holds", send);
    page.tokens -= 1;
  }
}

void ProtocolRules::check_recovery(const Send& send, const Course& course,
                                   const std::string& prefix) {
  const Millis now = clock_.monotonic();
  expect(now >= course.asked, "before the time that the server asked this page to wait", send);
  expect(now >= course.learned || course.jumps != clock_.jumps(),
         "before the time that the server asked another page to wait", send);
  if (!course.failing || ledger_.at_fault(send)) return;
  coverage_.add(Count::recovery_sends);
  expect(!send.leaving, "sent while leaving, though the last one failed", send);
  expect(now >= course.earliest, "sooner after a failure than any backoff is", send);
  expect(send.records() <= Delivery::kFirstAfterFailure, "a large batch after a failure", send);
  if (!plan_.locks || locks_.holds(send.document, prefix + "r")) return;
  const Millis asked = locks_.asked(send.document, prefix + "r");
  // A hidden page does not ask for it, as it might be frozen with it, but waits as long.
  // Nor does one that tries a record which has failed alone: each page tries its own.
  // Which one it is nobody knows of what a fault has damaged.
  if (asked < 0 && (send.parts.empty() || ledger_.set_aside(send))) return;
  const bool visible = documents_[send.document].visible;
  expect(asked >= 0 || !visible, "in recovery, and has not asked for the lock", send);
  // A page that asks may have begun to wait while it was hidden.
  const Millis began =
      asked < 0 ? course.recovering_since : std::min(asked, course.recovering_since);
  const Millis since = std::max(began, course.holder_due);
  expect(now - since >= Delivery::kLongestLockWait / 2, "in recovery without the lock", send);
}

// `onLine` is a hint: false stretches the pauses.
void ProtocolRules::check_offline(const Send& send, Document& page) {
  expect(!send.leaving, "sent while leaving, though offline", send);
  coverage_.add(Count::sent_offline);
  const Millis now = clock_.monotonic();
  Millis& last = page.courses[send.lane].sent_offline;
  expect(last < 0 || now - last >= 30 * kSecond, "sent too often while offline", send);
  last = now;
}

void ProtocolRules::sending(std::uint32_t index, const std::string& prefix) {
  const Send& send = sends_[index];
  Document& page = documents_[send.document];
  Course& course = page.courses[send.lane];
  check_size(send);
  check_company(index, page);
  check_recovery(send, course, prefix);
  if (!page.online) check_offline(send, page);
  if (course.split > 0) {
    expect(send.records() <= course.split, "a refused batch was not split", send);
    course.split = 0;
  }
}

void ProtocolRules::answered(std::uint32_t index, int status) {
  const Send& send = sends_[index];
  Course& course = documents_[send.document].courses[send.lane];
  const Millis now = clock_.monotonic();
  const auto meaning = documented_outcome(status, send);
  course.asked_now = false;
  course.split = 0;
  if (meaning == appizer::Outcome::refused && send.records() > 1) {
    const std::size_t ghosts = contains(send.body, "\"ghost\"") ? 2 : 0;
    course.split = static_cast<std::uint32_t>((send.records() + ghosts) / 2);
  }
  if (meaning == appizer::Outcome::delivered || meaning == appizer::Outcome::refused) {
    course.failing = false;
    // Another page's pause goes on, and that of a request that failed beside this one; and a record
    // that was set aside has a pause of its own, whose end is not that of the others' recovery.
    if (!ledger_.set_aside(send) && std::max(course.holder_due, course.paused_until) <= now)
      course.recovering_since = -1;
    course.holder_due = 0;
    course.waits.clear();
    return;
  }
  const Millis asked = requested_pause(send, clock_.wall());
  // It concerns that record, and nobody else.
  if (asked == 0 && ledger_.at_fault(send)) {
    if (ledger_.shows_fault(index)) course.failing = false;
    return;
  }
  // What the server asked for holds for all, but only the record that was set aside is in recovery:
  // each page tries its own.
  const bool apart = asked > 0 && ledger_.set_aside(send);
  if (!apart) course.failing = true;
  if (!apart && course.recovering_since < 0) course.recovering_since = now;
  course.again = index >= course.known;
  course.known = static_cast<std::uint32_t>(sends_.size());
  const bool pause = meaning == appizer::Outcome::not_allowed;
  course.earliest = now + (pause ? Retry::kFirstPause / 2 : Retry::kShortest);
  if (asked == 0) return;
  coverage_.add(Count::waits_asked);
  course.asked_now = true;
  course.asked = std::max(course.asked, now + asked);
}

void ProtocolRules::forget(std::uint32_t document) {
  Document& page = documents_[document];
  page.courses = {};
  page.under_way.clear();
  page.tokens = 30;
}

void ProtocolRules::visible(std::uint32_t document, bool visible) {
  documents_[document].visible = visible;
}

void ProtocolRules::online(std::uint32_t document, bool online) {
  documents_[document].online = online;
  if (!online) return;
  for (Course& course : documents_[document].courses) course.earliest = course.holder_due = 0;
}

// Full jitter: over a run of failures the waits must neither all be the longest possible, nor all
// be the same, nor hardly grow. Each of these is less likely than one in 10^10 by chance.
void ProtocolRules::check_jitter(Course& course, std::string_view text) {
  if (!course.again) return;  // of requests side by side all may fail, and all have one wait
  std::array<Millis, 3> numbers{};
  if (!read_wait(text, numbers) || numbers[0] < 1) return;
  if (std::exchange(course.drawn, text) == text) return;  // the same draw, written once more
  const Millis wait = numbers[1] - numbers[2];
  course.waits.push_back(wait);
  if (course.waits.size() >= 20) {
    Millis sum = 0;
    for (std::size_t i = course.waits.size() - 20; i < course.waits.size(); ++i) {
      sum += course.waits[i];
    }
    if (sum < kMinute) ledger_.violated("twenty waits in a row within one minute");
  }
  const Millis before = numbers[0] - 1;
  const Millis window =
      before < Retry::kPatient
          ? std::min(Retry::kFirstWindow << before, Retry::kPatientWindow)
          : std::min(Retry::kPatientWindow << std::min<Millis>(before - Retry::kPatient + 1, 20),
                     Retry::kLongestWindow);
  if (wait <= Retry::kShortest || wait > window) return;
  const double fraction = static_cast<double>(wait) / static_cast<double>(window);
  same_fraction_ = std::abs(fraction - last_fraction_) < 0.005 ? same_fraction_ + 1 : 0;
  long_fraction_ = fraction > 0.95 ? long_fraction_ + 1 : 0;
  last_fraction_ = fraction;
  if (same_fraction_ >= 6 || long_fraction_ >= 9) {
    ledger_.violated("waits without jitter");
  }
}

void ProtocolRules::wait_written(std::uint32_t document, const std::string& key, Lane lane,
                                 const std::string* text, bool took) {
  Course& course = documents_[document].courses[lane];
  if (text != nullptr && course.failing && !course.asked_now) {
    if (course.earliest - clock_.monotonic() <= Retry::kShortest) check_jitter(course, *text);
  }
  std::array<Millis, 3> numbers{};
  if (text != nullptr && read_wait(*text, numbers)) {
    course.paused_until = clock_.monotonic() + numbers[1] - clock_.wall();
  }
  if (!took) return;
  if (text == nullptr) {
    board_[key] = {{}, document, false, clock_.jumps()};
  } else {
    board_[key] = {*text, document, course.asked > clock_.monotonic(), clock_.jumps()};
  }
}

void ProtocolRules::wait_read(std::uint32_t document, const std::string& key, Lane lane,
                              const std::string* text, bool blind) {
  Course& course = documents_[document].courses[lane];
  const auto found = board_.find(key);
  if (found == board_.end() || blind) {
    // Damaged: any reading is allowed, but what the page learned from its own answers still counts.
    if (text != nullptr) {
      course.failing = false;
      // It may say that others have failed.
      if (course.recovering_since < 0) course.recovering_since = clock_.monotonic();
    }
    course.learned = course.holder_due = course.earliest = 0;
    return;
  }
  const Notice& notice = found->second;
  std::array<Millis, 3> numbers{};
  const bool known = text != nullptr && *text == notice.text && read_wait(*text, numbers);
  const Millis whole = std::clamp<Millis>(numbers[1] - numbers[2], 0, kDay);
  const Millis rest = known ? std::clamp<Millis>(numbers[1] - clock_.wall(), 0, whole) : 0;
  if (known && notice.by != document) course.holder_due = clock_.monotonic() + rest;
  if (known && course.recovering_since < 0) course.recovering_since = clock_.monotonic();
  // The word of others counts as much as the page's own, and the later one more.
  if (notice.by != document || text != nullptr) course.earliest = 0;
  if (notice.by == document && known) {
    course.learned = std::min(course.learned, clock_.monotonic() + rest);  // it may have slept
  }
  if (notice.by == document || (text == nullptr) != notice.text.empty()) return;
  const bool asked = known && notice.asked && notice.jumps == clock_.jumps();
  course.learned = asked ? clock_.monotonic() + rest : 0;
  course.jumps = clock_.jumps();
}

}  // namespace sim
