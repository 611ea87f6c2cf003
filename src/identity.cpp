#include "identity.h"

#include <algorithm>
#include <array>

#include "config.h"
#include "event.h"

namespace appizer {

bool is_plausible_user_id(std::string_view text) {
  // What String() makes of a missing value, and what templates leave behind.
  constexpr std::array<std::string_view, 11> kMistakes = {"undefined", "null",  "NaN",    "None",
                                                          "nil",       "true",  "false",  "0",
                                                          "anonymous", "guest", "user_id"};
  if (text.empty() || text.size() > kLongestUserId || is_blank(text)) return false;
  if (text[0] == '{' || text[0] == '[' || text[0] == '"' || text[0] == '<') return false;
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; })) {
    return false;
  }
  return std::find(kMistakes.begin(), kMistakes.end(), text) == kMistakes.end();
}

bool Identity::restore(const std::string* stored, const Entropy& entropy, Effects& effects) {
  const bool usable = stored != nullptr && is_plausible_user_id(*stored);
  if (usable) {
    id_ = *stored;
    return true;
  }
  if (id_.empty()) {
    id_ = uuid_v4(entropy);
    anonymous_ = id_;
  }
  effects.store(key_, id_);
  if (is_anonymous()) effects.store(note_key_, id_);
  return stored == nullptr;
}

void Identity::restore_note(const std::string* stored) {
  anonymous_ = stored != nullptr ? *stored : std::string();
}

Identity::Change Identity::set(std::string_view id, Effects& effects) {
  if (id == id_) return Change::none;
  const bool named = is_anonymous();
  id_ = id;
  anonymous_.clear();
  effects.store(key_, id_);
  if (named) effects.erase(note_key_);
  return named ? Change::named : Change::other_person;
}

}  // namespace appizer
