// Protocol rules towards the server and the other tabs. Invariants: waits obeyed, rate and sizes
// bounded, one request at a time, one tab in recovery.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "clock.h"
#include "coverage.h"
#include "delivery/answers.h"
#include "ledger.h"
#include "locks.h"
#include "plan.h"
#include "send.h"

namespace sim {

/// The pause that an answer asks for, by the documentation, independent of the core's parser.
Millis requested_pause(const Send& send, Millis wall);

/// What an answer means, also by the documentation: the core's own table may be wrong.
appizer::Outcome documented_outcome(int status, const Send& send);

class ProtocolRules {
 public:
  ProtocolRules(const Plan& plan, const Clock& clock, const Locks& locks, std::vector<Send>& sends,
                Ledger& ledger, Coverage& coverage)
      : plan_(plan),
        clock_(clock),
        locks_(locks),
        sends_(sends),
        ledger_(ledger),
        coverage_(coverage) {}

  void open_document(bool online) { documents_.emplace_back().online = online; }

  void sending(std::uint32_t send, const std::string& prefix);
  /// The page got the answer; status 0 for a timeout.
  void answered(std::uint32_t send, int status);
  void online(std::uint32_t document, bool online);
  void visible(std::uint32_t document, bool visible);
  /// The page gave up everything, and what it knew of the server with it.
  void forget(std::uint32_t document);
  /// The page stored or removed the time before which nobody may send.
  void wait_written(std::uint32_t document, const std::string& key, Lane lane,
                    const std::string* text, bool took);
  /// The page read it, or got a storage event; `blind` if it could not read.
  void wait_read(std::uint32_t document, const std::string& key, Lane lane, const std::string* text,
                 bool blind);
  /// A fault damaged it.
  void wait_damaged(const std::string& key) { board_.erase(key); }

 private:
  struct Course {
    Millis paused_until = 0;  // by its own last failure
    bool failing = false;
    Millis recovering_since = -1;  // by its own failure, or by another page's
    Millis holder_due = 0;         // another page has its turn then
    Millis earliest = 0;           // the least that every backoff is
    Millis asked = 0;              // by an answer to this page
    Millis learned = 0;            // by an answer to another page
    int jumps = 0;                 // of the wall clock, until then
    bool asked_now = false;        // the last answer asked for a wait
    std::uint32_t known = 0;       // sends that had left when the last one failed
    bool again = true;             // the one that failed last had left after that
    std::uint32_t split = 0;       // the next batch after a refusal is no larger than this
    std::vector<Millis> waits;
    Millis sent_offline = -1;
    std::string drawn;  // the wait written last, as it was written
  };
  struct Document {
    bool online = true;
    bool visible = true;
    std::array<Course, 2> courses{};
    std::vector<std::uint32_t> under_way;
    double tokens = 30;
    Millis refilled = 0;
  };
  /// A wait in storage, and who wrote it.
  struct Notice {
    std::string text;
    std::uint32_t by;
    bool asked;  // by the server
    int jumps;   // of the wall clock, until then
  };

  void expect(bool holds, const char* invariant, const Send& send);
  void check_size(const Send& send);
  void check_company(std::uint32_t index, Document& page);
  void check_offline(const Send& send, Document& page);
  void check_recovery(const Send& send, const Course& course, const std::string& prefix);
  void check_jitter(Course& course, std::string_view text);

  const Plan& plan_;
  const Clock& clock_;
  const Locks& locks_;
  std::vector<Send>& sends_;
  Ledger& ledger_;
  Coverage& coverage_;
  std::vector<Document> documents_;
  std::map<std::string, Notice> board_;
  double last_fraction_ = -1;
  int same_fraction_ = 0;
  int long_fraction_ = 0;
};

}  // namespace sim
