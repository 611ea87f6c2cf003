// Seeded generator of event, document and session ids; user ids from fresh bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/moment.h"
#include "base/text.h"

namespace appizer {

/// Crockford's base 32, in lower case: no letter is mistaken for a digit.
inline constexpr char kBase32[] = "0123456789abcdefghjkmnpqrstvwxyz";

/// Bytes from the platform's cryptographic generator.
struct Entropy {
  std::uint8_t bytes[16];

  APZ_INLINE std::uint8_t& operator[](std::size_t i) { return bytes[i]; }
  APZ_INLINE std::uint8_t operator[](std::size_t i) const { return bytes[i]; }
  APZ_INLINE std::uint8_t* begin() { return bytes; }
  APZ_INLINE std::uint8_t* end() { return bytes + sizeof bytes; }
};

/// Returns a UUID version 4 (RFC 9562, section 5.4) made of the given bytes alone, for a user id,
/// in `scratch`: nobody may be able to guess it from another one.
View uuid_v4(const Entropy& entropy);

/// Returns a UUID version 7 that `name` alone makes, besides the time, in `scratch`.
View uuid_v7(Millis wall, View name);

/// Makes the ids that need not be secret, from one seed per document.
class Ids {
 public:
  void seed(const Entropy& entropy);

  /// Returns a UUID version 7 (RFC 9562, section 5.7) for an event that happened at `wall`, in
  /// `scratch`.
  /// Strictly greater than every earlier one, also when the clock stands still or jumps back:
  /// it then counts on from the highest time seen (section 6.2, method 2).
  View event_id(Millis wall);

  /// Returns `length` characters out of 32, 5 bits each, in `scratch`.
  View token(std::size_t length);

  /// Uniform over all 32-bit values.
  std::uint32_t draw();

  /// The same for times: how long to wait. They come from the last 4 bytes of the seed alone, so
  /// that a recorded visit whose ids are made anew waits as long as it did (js-glue/trace).
  std::uint32_t draw_wait();

  /// Counts from 1: a number that none of this document's requests has had.
  std::uint32_t next_flight() { return ++flights_; }

 private:
  std::uint32_t state_[4] = {1, 2, 3, 4};
  std::uint32_t waits_ = 0;
  std::uint64_t last_time_ = 0;
  std::uint32_t last_a_ = 0;  // 12 bits
  std::uint64_t last_b_ = 0;  // 62 bits
  std::uint32_t flights_ = 0;
};

}  // namespace appizer
