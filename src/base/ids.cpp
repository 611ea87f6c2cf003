#include "base/ids.h"

#include <bit>

#include "base/compare.h"
#include "base/hash.h"
#include "base/text.h"

namespace appizer {
namespace {

constexpr std::uint64_t kTimeMask = (std::uint64_t{1} << 48) - 1;
constexpr std::uint32_t kAMask = (1U << 12) - 1;
constexpr std::uint64_t kBMask = (std::uint64_t{1} << 62) - 1;

View text(const Entropy& bytes) {
  String& out = scratch();
  for (std::size_t i = 0; i < sizeof bytes; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    append_hex(out, bytes[i]);
  }
  return out;
}

// 48, 12 and 62 bits.
View v7(std::uint64_t time, std::uint32_t a, std::uint64_t b) {
  Entropy bytes;
  for (std::size_t i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(time >> (40 - 8 * i));
  bytes[6] = static_cast<std::uint8_t>(0x70 | a >> 8);
  bytes[7] = static_cast<std::uint8_t>(a);
  bytes[8] = static_cast<std::uint8_t>(0x80 | b >> 56);
  for (std::size_t i = 9; i < 16; ++i) bytes[i] = static_cast<std::uint8_t>(b >> (120 - 8 * i));
  return text(bytes);
}

std::uint64_t time_bits(Millis wall) {
  return min(static_cast<std::uint64_t>(max<Millis>(wall, 0)), kTimeMask);
}

}  // namespace

View uuid_v7(Millis wall, View name) {
  const auto hash = fnv1a<std::uint64_t>(name);
  const auto more = fnv1a<std::uint32_t>(name);
  return v7(time_bits(wall), more & kAMask, hash & kBMask);
}

View uuid_v4(const Entropy& entropy) {
  Entropy bytes = entropy;
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  return text(bytes);
}

void Ids::seed(const Entropy& entropy) {
  for (std::size_t i = 0; i < 4U; ++i) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 4; ++j) word = word << 8 | entropy[4 * i + j];
    state_[i] = word;
  }
  waits_ = state_[3];
  // All zeros is the one state that the generator never leaves.
  if ((state_[0] | state_[1] | state_[2] | state_[3]) == 0) state_[0] = 1;
}

// xoshiro128** 1.1 by Blackman and Vigna: small, fast, and equidistributed in 32 bits.
std::uint32_t Ids::draw() {
  auto& s = state_;
  const std::uint32_t result = std::rotl(s[1] * 5, 7) * 9;
  const std::uint32_t shifted = s[1] << 9;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = std::rotl(s[3], 11);
  return result;
}

// A linear congruential generator (Numerical Recipes): its high bits are what a wait is made of.
std::uint32_t Ids::draw_wait() { return waits_ = waits_ * 1664525 + 1013904223; }

View Ids::event_id(Millis wall) {
  const std::uint64_t time = time_bits(wall);
  if (time > last_time_) {
    last_time_ = time;
    last_a_ = draw() & (kAMask >> 1);  // the top bit stays free to count into
    last_b_ = (std::uint64_t{draw()} << 32 | draw()) & kBMask;
  } else {
    // A step of up to 2^32, so that one id does not give away the next.
    last_b_ += 1 + std::uint64_t{draw()};
    if (last_b_ > kBMask) {
      last_b_ &= kBMask;
      if (++last_a_ > kAMask) {
        last_a_ = 0;
        ++last_time_;
      }
    }
  }
  return v7(last_time_, last_a_, last_b_);
}

View Ids::token(std::size_t length) {
  String& out = scratch();
  for (std::size_t i = 0; i < length; ++i) out += kBase32[draw() & 31];
  return out;
}

}  // namespace appizer
