// A request, from the call of fetch to its end.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "delivery/answers.h"
#include "rng.h"
#include "wire.h"

namespace sim {

struct Send {
  enum State : std::uint8_t {
    flying,
    acknowledged,   // the page knows that the server has it
    failed,         // the page got any other answer
    refused_alone,  // the page knows that the server will never take this one
    cancelled,      // the page gave up
    orphaned,       // the page died without handing it over
    handed_over,    // the page left it to the browser as it went away
  };

  std::uint32_t document = 0;
  std::uint32_t flight = 0;
  Lane lane = events;
  bool keepalive = false;
  bool parting = false;  // the page is hidden just now, or leaves
  bool leaving = false;
  Millis began = 0;  // monotonic
  std::size_t size = 0;
  std::string url;
  std::string body;
  std::vector<Part> parts;
  std::vector<Automatic> automatic;
  State state = flying;
  /// The browser still carries it: it takes up quota, and may be answered.
  bool carried = true;
  /// It will reach the server.
  bool arrives = true;
  /// The page aborted it, whatever became of it.
  bool given_up = false;
  /// The answer will get lost; and nobody will say so.
  bool cut = false;
  bool silent = false;
  /// The answer is not from the request's own address.
  bool foreign = false;
  /// The server has stored what is in it.
  bool stored = false;

  /// What of it the server takes or refuses as one.
  std::size_t records() const {
    return lane == events ? parts.size() + automatic.size()
                          : std::min<std::size_t>(parts.size(), 1);
  }
  bool batch() const { return url.ends_with("/batch"); }

  int status = 0;
  appizer::RetryHeaders wait;
  std::string answer;
};

}  // namespace sim
