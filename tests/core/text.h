// Reading in tests what the core has written.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "config.h"
#include "delivery/journal.h"

namespace appizer {

inline bool operator==(const List<View>& a, const std::vector<std::string>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace appizer

namespace appizer::test {

/// The text as the whole of nlohmann/json reads it; `is_discarded()` where it is not valid JSON.
inline nlohmann::json parsed(std::string_view text) {
  return nlohmann::json::parse(text, nullptr, false);
}

/// Entropy of one byte.
inline Entropy all_of(std::uint8_t value) {
  Entropy all;
  for (std::uint8_t& byte : all.bytes) byte = value;
  return all;
}

/// What storage answers: the value of a key, or that it has none.
inline View found(const std::string* text) { return text == nullptr ? View::none() : View(*text); }

template <typename Text>
std::vector<std::string> texts(const List<Text>& all) {
  return {all.begin(), all.end()};
}

/// A line of a segment as the journal writes it.
inline std::string to_line(const Record& record) {
  String line;
  append_line(line, record);
  return line;
}

inline bool is_json_object(std::string_view text) {
  const auto value = parsed(text);
  return !value.is_discarded() && value.is_object();
}

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  while (times-- > 0) out += text;
  return out;
}

/// A golden text, with the library's version in the place of `VERSION`.
inline std::string golden(std::string text) {
  constexpr std::string_view kPlace = "VERSION";
  for (std::size_t at = 0; (at = text.find(kPlace, at)) != std::string::npos;) {
    text.replace(at, kPlace.size(), kVersion);
  }
  return text;
}

}  // namespace appizer::test
