// The answers a call can give. The numbers cross the ABI: they are never reused.
#pragma once

#include <cstdint>

namespace appizer {

/// What became of a command. Everything but `ok` is the caller's mistake, and comes with a hint
/// in debug (`hint.h`); none of them ends the client.
enum class Status : std::int32_t {
  ok = 0,
  /// A command came before `start` succeeded.
  not_started = -1,
  /// `start` was called on a client that runs already.
  already_started = -2,
  /// The options have no usable `appId`.
  app_id_missing = -3,
  /// The event name is empty.
  name_missing = -4,
  /// The properties are not a JSON object; the event was recorded without them.
  properties_unusable = -5,
  /// The user id is blank, too long, or text that only a mistake makes ("undefined").
  user_id_unusable = -6,
  /// The options are not a JSON object.
  options_unusable = -7,
  /// The state of consent is none of the three, or undoes a decision.
  consent_unusable = -8,
  /// The user's properties are not a JSON object.
  user_properties_unusable = -9,
};

constexpr std::int32_t code(Status status) { return static_cast<std::int32_t>(status); }

}  // namespace appizer
