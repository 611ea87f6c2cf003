// Text: views of it, and strings that own it.
//
// What std::string_view and std::string are, as far as the core needs them. The standard ones are
// passed by way of memory, keep short texts inside the object, so that every access asks first
// where the text is, and are templates whose pieces are compiled anew into every caller: together a
// good part of the module (docs/size.md). Here a view is one number, and whatever is longer than a
// line is compiled once. Out of memory is a trap, as everywhere in the core.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/inline.h"

namespace appizer {

class View;

bool equal(View a, View b);
bool equal(View a, const char* b);

/// What views and strings have in common.
template <typename Text>
class Readable {
 public:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  APZ_INLINE bool empty() const { return self().size() == 0; }
  APZ_INLINE const char* begin() const { return self().data(); }
  APZ_INLINE const char* end() const { return self().data() + self().size(); }
  APZ_INLINE char operator[](std::size_t i) const { return self().data()[i]; }
  APZ_INLINE char back() const { return self().data()[self().size() - 1]; }

  /// The part from `begin` on, of at most `size` bytes; `begin` may be beyond the end.
  View substr(std::size_t begin, std::size_t size = npos) const;
  /// The first place at or after `from`, `npos` if there is none.
  std::size_t find(char wanted, std::size_t from = 0) const;
  std::size_t find(View wanted, std::size_t from = 0) const;
  std::size_t find_first_of(View any, std::size_t from = 0) const;
  /// The last place at or before `from`.
  std::size_t find_last_of(View any, std::size_t from = npos) const;
  std::size_t rfind(char wanted) const;
  bool starts_with(View start) const;
  bool ends_with(View end) const;

  operator std::string_view() const { return {self().data(), self().size()}; }
  operator std::string() const { return {self().data(), self().size()}; }

 private:
  APZ_INLINE const Text& self() const { return static_cast<const Text&>(*this); }
};

/// Some bytes, most often UTF-8, that live elsewhere.
///
/// In the module that is one number of 64 bits, which is passed and returned as such: a struct of
/// two would go by way of memory.
class View : public Readable<View> {
 public:
  APZ_INLINE View() : View("", 0) {}
  /// Stands for a text that is not there, which is something else than an empty one.
  APZ_INLINE static View none() { return {nullptr, 0}; }
  APZ_INLINE bool is_none() const { return data() == nullptr; }
  APZ_INLINE View(const char* text) : View(text, __builtin_strlen(text)) {}
  View(std::string_view text) : View(text.data(), text.size()) {}
  View(const std::string& text) : View(text.data(), text.size()) {}

#ifdef __wasm__
  APZ_INLINE View(const char* data, std::size_t size)
      : bits_(reinterpret_cast<std::uintptr_t>(data) | static_cast<std::uint64_t>(size) << 32) {}
  APZ_INLINE explicit View(std::uint64_t bits) : bits_(bits) {}
  APZ_INLINE const char* data() const {
    return reinterpret_cast<const char*>(static_cast<std::uintptr_t>(bits_));
  }
  APZ_INLINE std::size_t size() const { return static_cast<std::size_t>(bits_ >> 32); }
#else
  APZ_INLINE View(const char* data, std::size_t size) : data_(data), size_(size) {}
  APZ_INLINE const char* data() const { return data_; }
  APZ_INLINE std::size_t size() const { return size_; }
#endif

  APZ_INLINE void remove_prefix(std::size_t count) { *this = View(data() + count, size() - count); }
  APZ_INLINE void remove_suffix(std::size_t count) { *this = View(data(), size() - count); }

  APZ_INLINE friend bool operator==(View a, View b) { return equal(a, b); }
  APZ_INLINE friend bool operator==(View a, const char* b) { return equal(a, b); }
  friend bool operator==(View a, std::string_view b) { return equal(a, b); }
  friend bool operator==(View a, const std::string& b) { return equal(a, b); }

 private:
#ifdef __wasm__
  std::uint64_t bits_;
#else
  const char* data_;
  std::size_t size_;
#endif
};

/// Bytes of its own.
class String : public Readable<String> {
 public:
  String() = default;
  String(View text) { append(text); }
  APZ_INLINE String(const char* text) : String(View(text)) {}
  String(std::string_view text) : String(View(text)) {}
  String(const std::string& text) : String(View(text)) {}
  APZ_INLINE String(const String& other) : String(View(other)) {}
  String(String&& other) noexcept { swap(other); }
  ~String();

  String& operator=(View text);
  APZ_INLINE String& operator=(const char* text) { return *this = View(text); }
  String& operator=(std::string_view text) { return *this = View(text); }
  String& operator=(const std::string& text) { return *this = View(text); }
  APZ_INLINE String& operator=(const String& other) { return *this = View(other); }
  String& operator=(String&& other) noexcept;

#ifdef __wasm__
  APZ_INLINE operator View() const {
    std::uint64_t bits;
    std::memcpy(&bits, this, sizeof bits);
    return View(bits);
  }
#else
  APZ_INLINE operator View() const { return {data_, size_}; }
#endif

  APZ_INLINE const char* data() const { return data_; }
  APZ_INLINE std::size_t size() const { return size_; }
  APZ_INLINE char* data() { return data_; }
  APZ_INLINE char* begin() { return data_; }
  APZ_INLINE char* end() { return data_ + size_; }
  APZ_INLINE char& operator[](std::size_t i) { return data_[i]; }
  using Readable<String>::begin;
  using Readable<String>::end;
  using Readable<String>::operator[];

  String& operator+=(char c);
  APZ_INLINE String& operator+=(View text) { return append(text); }
  APZ_INLINE String& operator+=(const char* text) { return append(text); }
  String& append(View text);
  String& append(const char* text);
  APZ_INLINE void clear() { size_ = 0; }
  /// Shortens, or lengthens by NUL bytes.
  void resize(std::size_t size);
  /// Makes room for so many bytes in all.
  void reserve(std::size_t size);
  APZ_INLINE void pop_back() { --size_; }
  /// Puts `text` in the place of `size` bytes at `begin`.
  void replace(std::size_t begin, std::size_t size, View text);

  APZ_INLINE friend bool operator==(const String& a, const String& b) { return equal(a, b); }
  APZ_INLINE friend bool operator==(const String& a, View b) { return equal(a, b); }
  APZ_INLINE friend bool operator==(const String& a, const char* b) { return equal(a, b); }
  friend bool operator==(const String& a, std::string_view b) { return equal(a, b); }
  friend bool operator==(const String& a, const std::string& b) { return equal(a, b); }

 private:
  void swap(String& other);

  // The first two as a `View` has them.
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Classes of ASCII characters. Bytes of longer UTF-8 sequences are in none of them.
APZ_INLINE constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
APZ_INLINE constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
APZ_INLINE constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
APZ_INLINE constexpr bool is_letter(char c) { return is_lower(static_cast<char>(c | 0x20)); }
/// Control characters and the space.
APZ_INLINE constexpr bool is_blank(char c) { return c >= 0 && c <= ' '; }
/// Whether only such characters are in it.
bool is_blank(View text);

/// Makes lower case of the letters of ASCII, in `scratch`.
View lower(View text);

/// The value of a hexadecimal digit, -1 for any other character.
int hex_digit(char c);
inline constexpr char kHexDigits[] = "0123456789abcdef";
/// Appends the digits of a byte.
void append_hex(String& out, unsigned byte);

/// Whether one of the pieces of `list`, which stand between '|', is in `text`.
bool has_any(View text, const char* list);

/// Which of the words of `list`, which stand between single spaces, `word` is: 0 for the first, -1
/// for none of them.
int place_in(View list, View word);
APZ_INLINE bool lists(View list, View word) { return place_in(list, word) >= 0; }

/// Takes the value that `word` names. `names` has them in the order of the enum's numbers.
template <typename Enum>
bool choose(View names, View word, Enum& chosen) {
  const int place = place_in(names, word);
  if (place >= 0) chosen = static_cast<Enum>(place);
  return place >= 0;
}

/// Begins a temporary text that lives until the next input. What a function makes is written into
/// such a one, so that it can be handed around as a view, and nobody has anything to clean up.
String& scratch(View text = {});
/// Ends all of them. Only what begins an input may call this, and only once: views that were made
/// earlier in the same input still point there.
void release_scratch();

/// Both texts, in `scratch`.
View operator+(View a, View b);

/// Takes what stands before the first `end` out of the front of `rest`, and the `end` too.
View take_until(View& rest, char end);

/// Takes an integer (an optional minus, digits) out of the front of `text`. False, and nothing
/// taken, where there is none, or one that no `Millis` holds.
bool take_integer(View& text, std::int64_t& value);

View part(View text, std::size_t begin, std::size_t size);
std::size_t find(View text, View wanted, std::size_t from);
std::size_t find_first_of(View text, View any, std::size_t from);
std::size_t find_last_of(View text, View any, std::size_t from);

template <typename Text>
APZ_INLINE View Readable<Text>::substr(std::size_t begin, std::size_t size) const {
  return part(self(), begin, size);
}
template <typename Text>
APZ_INLINE std::size_t Readable<Text>::find(char wanted, std::size_t from) const {
  return appizer::find_first_of(self(), View(&wanted, 1), from);
}
template <typename Text>
APZ_INLINE std::size_t Readable<Text>::find(View wanted, std::size_t from) const {
  return appizer::find(self(), wanted, from);
}
template <typename Text>
APZ_INLINE std::size_t Readable<Text>::find_first_of(View any, std::size_t from) const {
  return appizer::find_first_of(self(), any, from);
}
template <typename Text>
APZ_INLINE std::size_t Readable<Text>::find_last_of(View any, std::size_t from) const {
  return appizer::find_last_of(self(), any, from);
}
template <typename Text>
APZ_INLINE std::size_t Readable<Text>::rfind(char wanted) const {
  return appizer::find_last_of(self(), View(&wanted, 1), npos);
}
template <typename Text>
APZ_INLINE bool Readable<Text>::starts_with(View start) const {
  return equal(part(self(), 0, start.size()), start);
}
template <typename Text>
APZ_INLINE bool Readable<Text>::ends_with(View end) const {
  const View text = self();
  return text.size() >= end.size() && equal(part(text, text.size() - end.size(), npos), end);
}

}  // namespace appizer
