// The origin's Web Locks: exclusive, first come first served.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clock.h"

namespace sim {

class Locks {
 public:
  /// One request for a lock, and what became of it.
  struct Claim {
    std::uint32_t document;
    std::string name;
    Millis asked;          // monotonic
    bool open = true;      // not given back, not withdrawn
    bool granted = false;  // the document may not know yet
    bool reported = false;
  };

  /// Returns the claim. Claims that became `granted` or refused are in `results_` until they are
  /// taken.
  std::uint32_t request(std::uint32_t document, const std::string& name, bool wait, Millis now);
  /// Gives back, or stops waiting for, `name`; all that start with it if it ends with a dot.
  void release(std::uint32_t document, std::string_view name);
  /// The document is no more.
  void release_all(std::uint32_t document) { release(document, "."); }

  Claim& claim(std::uint32_t index) { return claims_[index]; }
  /// Claims whose result is to be reported to their documents.
  std::vector<std::uint32_t> take_results() { return std::exchange(results_, {}); }

  /// The document has the lock, and knows it.
  bool holds(std::uint32_t document, const std::string& name) const;
  /// Since when the document has been waiting for the lock, or has had it; -1 if it has not asked.
  Millis asked(std::uint32_t document, const std::string& name) const;
  /// Whether a document stands in a queue.
  bool waits(std::uint32_t document) const;
  /// Whether a document stands in a queue, or has what is at its end.
  bool wants(std::uint32_t document) const;

 private:
  void grant_next(std::vector<std::uint32_t>& line);

  std::vector<Claim> claims_;
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> lines_;
  std::vector<std::uint32_t> results_;
};

}  // namespace sim
