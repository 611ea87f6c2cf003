// What happened, line by line, to replay a seed.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "clock.h"

namespace sim {

class Trace {
 public:
  Trace(const Clock& clock, bool on) : clock_(clock), on_(on) {}

  bool on() const { return on_; }
  void say(std::string line) {
    if (on_) lines_.push_back(std::to_string(clock_.now()) + "  " + std::move(line));
  }
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  const Clock& clock_;
  bool on_;
  std::vector<std::string> lines_;
};

}  // namespace sim
