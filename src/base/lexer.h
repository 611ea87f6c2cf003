// nlohmann's lexer, without what nobody asks it for.
//
// It keeps each token a second time, as it stands in the text, and a message of what is wrong with
// it: for exceptions, which there are none of here. In the module both are more than half of what
// it weighs (docs/size.md). Here it is put together of types without members, so that nothing takes
// a part of it by address: the compiler then has each of its members as a variable of its own, and
// leaves out those that are never read. What the types know is static, for one lexer that reads one
// text after the other in each thread.
#pragma once

#include <nlohmann/json.hpp>

#include "base/text.h"

// `nlohmann::detail` is promised to nobody: a release outside this range must be tried first.
static_assert(NLOHMANN_JSON_VERSION_MAJOR == 3 && NLOHMANN_JSON_VERSION_MINOR >= 10,
              "tried with nlohmann/json 3.10 to 3.12");

namespace appizer::json {

/// A character of the text that is read. A type of its own, so that a list of them can be another
/// than usual (below).
enum class Character : char {};

/// The text that is read, and how far.
class Reader {
 public:
  using char_type = Character;
  using Traits = std::char_traits<char>;

  static void begin(View text) {
    text_ = text;
    count_ = 0;
  }
  /// How many characters were asked for, those behind the end as well.
  static std::size_t count() { return count_; }

  static Traits::int_type get_character() {
    const std::size_t i = count_++;
    return i < text_.size() ? Traits::to_int_type(text_[i]) : Traits::eof();
  }

 private:
  static APZ_PER_THREAD View text_;
  static APZ_PER_THREAD std::size_t count_;
};

/// The token that has been read last, without its escapes.
class Read {
 public:
  using value_type = char;

  static void clear() { text_.clear(); }
  static void push_back(char c) { text_ += c; }
  static View text() { return text_; }
  static std::size_t size() { return text_.size(); }
  /// For the conversion of numbers, which ends at a NUL; the module's reads nothing
  /// (libc_cuts.cpp).
  static const char* data() {
#ifndef __EMSCRIPTEN__
    text_ += '\0';
    text_.pop_back();
#endif
    return text_.data();
  }

 private:
  static APZ_PER_THREAD String text_;
};

/// The types that the lexer takes from `nlohmann::json`.
struct Types {
  using string_t = Read;
  using number_integer_t = std::int64_t;
  using number_unsigned_t = std::uint64_t;
  using number_float_t = double;
};

using Lexer = nlohmann::detail::lexer<Types, Reader>;

}  // namespace appizer::json

/// What the lexer asks of it is as with `char`.
template <>
struct std::char_traits<appizer::json::Character> {
  using int_type = std::char_traits<char>::int_type;
  static constexpr int_type eof() { return std::char_traits<char>::eof(); }
  static constexpr appizer::json::Character to_char_type(int_type c) {
    return static_cast<appizer::json::Character>(c);
  }
};

/// What the lexer would keep tokens in, as they stand in the text. This one keeps nothing.
template <>
class std::vector<appizer::json::Character> {
 public:
  bool empty() const { return false; }
  void clear() {}
  void push_back(appizer::json::Character) {}
  void pop_back() {}
};
