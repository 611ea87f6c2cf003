// How many records the next request of a lane carries, and which record is at fault where none
// passes.
//
// What stands between page and server (a firewall that dislikes one text, a proxy that cuts bodies
// of some size) does not say so: its requests fail as all do in an outage. So what fails repeatedly
// is sent in halves, down to one record. A record that fails alone is skipped once: if a later one
// passes and the first then fails again, the first is at fault. If the later one fails too, it is
// the caller or the server, and the lane goes on as after any failure.
//
//     batches ──fail──▶ halves ──fail──▶ head alone ──fails twice──▶ a later one alone
//        ▲                │                  ▲  │ passes                │ fails   │ passes
//        └────passes──────┴──────────────────┼──┘◀──────────────────────┘         ▼
//                                            └─ at fault ◀──fails── head alone, once more
#pragma once

#include <cstddef>
#include <cstdint>

namespace appizer {

class Isolation {
 public:
  /// Events in a batch (Appizer's documented limit).
  static constexpr std::size_t kBatch = 100;
  /// Failures of one size before it is halved: where the caller was refused, and where no answer
  /// came at all, which is most often the network.
  static constexpr int kRefusals = 2;
  static constexpr int kSilences = 3;
  /// Failures of a record alone before a later one is tried.
  static constexpr int kAlone = 2;
  /// Requests that must pass below a size that failed before larger ones are tried again.
  static constexpr int kPassed = 5;

  enum class Verdict {
    none,
    /// The next request is another one than this.
    searching,
    /// The record that was alone in the request is what fails.
    at_fault,
  };

  /// Records that a request may carry.
  std::size_t most() const { return later_ ? 1 : most_; }
  /// Whether the next request is to skip records, and how many of those that wait. `first` is the
  /// number of the first of these: another one has not failed yet.
  bool wants_later(std::uint32_t first) const { return later_ && first == suspect_; }
  std::size_t skip(std::size_t waiting) const {
    return waiting < 2 ? 0 : 1 + probes_ % (waiting - 1);
  }

  /// The server refused a batch: one of its records is the reason.
  void split(std::size_t records) { most_ = records / 2; }
  /// A record alone was refused, which ends any search.
  void handle_refusal();
  /// A request of `records` was delivered.
  void handle_success(std::size_t records, bool skipped);
  /// A request of `records`, the first of which is `number`, was not allowed, or got no answer
  /// (`silent`). `waiting` is how many records wait now.
  Verdict handle_failure(std::size_t records, std::uint32_t number, bool skipped,
                         std::size_t waiting, bool silent);

 private:
  std::size_t most_ = kBatch;
  /// No larger than this while a larger one is known to fail.
  std::size_t cap_ = kBatch;
  int misses_ = 0;
  /// Records in the request that failed last.
  std::size_t missed_ = 0;
  int passed_ = 0;
  std::uint32_t suspect_ = 0;
  int alone_ = 0;
  bool later_ = false;
  /// A later record has passed.
  bool accused_ = false;
  std::size_t probes_ = 0;
  /// Searches that found nothing at fault, since the last success.
  int rounds_ = 0;
};

}  // namespace appizer
