// Who this is: unnamed, then named; the alias between.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "effect.h"
#include "ids.h"

namespace appizer {

/// The visitor's user id.
///
/// It starts as an anonymous id, made here and kept in storage, and becomes a known one when the
/// site names the visitor. Beside the id, storage holds a note of which id was made here: only that
/// one may be linked to a known id, so that two people who share a device are never merged.
class Identity {
 public:
  explicit Identity(std::string key) : key_(std::move(key)), note_key_(key_ + ".anonymous") {}

  /// Takes what storage has under `key()`. Without a usable id there, keeps the one it has, or
  /// makes one. False: there was one, and it was not usable.
  bool restore(const std::string* stored, const Entropy& entropy, Effects& effects);
  /// Takes the note of which id was made here.
  void restore_note(const std::string* stored);

  enum class Change { none, named, other_person };
  /// The site names the visitor; `id` is plausible.
  Change set(std::string_view id, Effects& effects);

  const std::string& id() const { return id_; }
  const std::string& key() const { return key_; }
  const std::string& note_key() const { return note_key_; }
  bool is_anonymous() const { return id_ == anonymous_; }

 private:
  std::string key_;
  std::string note_key_;
  std::string id_;
  std::string anonymous_;
};

/// Whether a text can be somebody's id: not blank, not too long, no control characters, and not
/// what only a mistake makes ("undefined", "[object Object]", JSON).
bool is_plausible_user_id(std::string_view text);

}  // namespace appizer
