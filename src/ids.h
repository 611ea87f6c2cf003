// Seeded generator of event, document and session ids; user ids from fresh bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "moment.h"

namespace appizer {

/// Bytes from the platform's cryptographic generator.
using Entropy = std::array<std::uint8_t, 16>;

/// Returns a UUID version 4 (RFC 9562, section 5.4) made of the given bytes alone, for a user id:
/// nobody may be able to guess it from another one.
std::string uuid_v4(Entropy bytes);

/// Makes the ids that need not be secret, from one seed per document.
class Ids {
 public:
  void seed(const Entropy& entropy);

  /// Returns a UUID version 7 (RFC 9562, section 5.7) for an event that happened at `wall`.
  /// Strictly greater than every earlier one, also when the clock stands still or jumps back:
  /// it then counts on from the highest time seen (section 6.2, method 2).
  std::string event_id(Millis wall);

  /// Returns `length` characters out of 32, 5 bits each.
  std::string token(std::size_t length);

  /// Uniform over all 32-bit values.
  std::uint32_t draw();

 private:
  std::array<std::uint32_t, 4> state_{1, 2, 3, 4};
  std::uint64_t last_time_ = 0;
  std::uint32_t last_a_ = 0;  // 12 bits
  std::uint64_t last_b_ = 0;  // 62 bits
};

}  // namespace appizer
