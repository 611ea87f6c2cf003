// Random numbers: one seed, one world.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "base/moment.h"

namespace sim {

using appizer::kHour;
using appizer::kMinute;
using appizer::kSecond;
using appizer::Millis;

/// splitmix64 by Vigna.
class Rng {
 public:
  explicit Rng(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return z ^ z >> 31;
  }

  /// Uniform from 0 to `limit` - 1.
  std::uint32_t below(std::uint32_t limit) {
    return static_cast<std::uint32_t>((next() >> 32) * limit >> 32);
  }
  bool percent(std::uint32_t chance) { return below(100) < chance; }
  Millis between(Millis low, Millis high) {
    return low + static_cast<Millis>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
  template <typename T>
  T pick(std::initializer_list<T> choices) {
    return choices.begin()[below(static_cast<std::uint32_t>(choices.size()))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace sim
