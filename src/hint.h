// What the core has to say to a developer in debug, by number. The sentences are in the glue's
// debug file, so that a page that does not debug does not load them.
#pragma once

#include <cstdint>

namespace appizer {

/// The numbers cross the ABI: they are never reused.
enum class Hint : std::int32_t {
  name_not_snake_case = 1,
  name_says_nothing = 2,
  properties_not_an_object = 3,
  properties_cut = 4,
  property_name_reserved = 5,
  name_cut = 6,
  user_id_refused = 7,
  stored_user_id_refused = 8,
  storage_failing = 9,
  storage_recovered = 10,
  record_set_aside = 11,
  event_evicted = 12,
  event_refused = 13,
  not_allowed_here = 14,
  will_retry = 15,
  option_unknown = 16,
  option_wrong_type = 17,
  delivered = 18,
  tracked = 19,
  field_never_sent = 30,
  field_key_unusable = 31,
  form_not_counted = 32,
  consent_refused = 33,
  user_properties_refused = 34,
  name_over_limit = 35,
  properties_over_limit = 36,
  event_suppressed = 37,
  page_answered = 38,
};

}  // namespace appizer
