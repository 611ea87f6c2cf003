// What JSON is, by nlohmann/json's own parser, and not by the core's reader.
#pragma once

#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/text.h"

namespace appizer::fuzz {

// The library's parser refuses a number that no double holds, though it is JSON: of such a text it
// is no measure.
inline bool has_huge_number(std::string_view text) {
  constexpr std::string_view kOfNumbers = "+-.0123456789Ee";
  while (!text.empty()) {
    const std::size_t size = std::min(text.find_first_not_of(kOfNumbers), text.size());
    const std::string run(text.substr(0, size));
    for (std::size_t i = 0; i < size; ++i) {
      if (std::isinf(std::strtod(run.c_str() + i, nullptr))) return true;
    }
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return false;
}

inline bool is_object(std::string_view text) {
  return test::is_json_object(text) || has_huge_number(text);
}

}  // namespace appizer::fuzz
