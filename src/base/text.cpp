#include "base/text.h"

#include <bit>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/compare.h"
#include "base/list.h"

namespace appizer {

View part(View text, std::size_t begin, std::size_t size) {
  if (begin > text.size()) begin = text.size();
  if (size > text.size() - begin) size = text.size() - begin;
  return {text.data() + begin, size};
}

bool equal(View a, View b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

bool equal(View a, const char* b) { return equal(a, View(b)); }

std::size_t find(View text, View wanted, std::size_t from) {
  for (; from + wanted.size() <= text.size(); ++from) {
    if (equal({text.data() + from, wanted.size()}, wanted)) return from;
  }
  return View::npos;
}

std::size_t find_first_of(View text, View any, std::size_t from) {
  for (; from < text.size(); ++from) {
    for (const char c : any) {
      if (c == text[from]) return from;
    }
  }
  return View::npos;
}

std::size_t find_last_of(View text, View any, std::size_t from) {
  for (std::size_t i = from < text.size() ? from + 1 : text.size(); i-- > 0;) {
    for (const char c : any) {
      if (c == text[i]) return i;
    }
  }
  return View::npos;
}

String::~String() { std::free(data_); }

void String::swap(String& other) {
  char* const data = data_;
  const std::size_t size = size_;
  const std::size_t capacity = capacity_;
  data_ = other.data_;
  size_ = other.size_;
  capacity_ = other.capacity_;
  other.data_ = data;
  other.size_ = size;
  other.capacity_ = capacity;
}

String& String::operator=(String&& other) noexcept {
  swap(other);
  other.clear();
  return *this;
}

// The text may be a part of this very string.
String& String::operator=(View text) { return *this = String(text); }

void String::reserve(std::size_t size) {
  if (size <= capacity_) return;
  // The module's heap has blocks of powers of two with a header of eight bytes (web/libc_cuts.cpp):
  // all of the block is used, as the next larger one is memory that nobody has touched yet.
  size = std::bit_ceil(size + 8) - 8;
  auto* const grown = static_cast<char*>(std::malloc(size));
  if (grown == nullptr) __builtin_trap();
  if (size_ > 0) std::memcpy(grown, data_, size_);
  std::free(data_);
  data_ = grown;
  capacity_ = size;
}

String& String::append(View text) {
  const std::size_t size = size_ + text.size();
  if (size > capacity_) {
    String grown;
    // Doubling, so that what is built piece by piece is copied a few times only.
    grown.reserve(size > 2 * size_ ? size : 2 * size_);
    grown.append(*this);
    grown.append(text);
    swap(grown);
    return *this;
  }
  if (!text.empty()) std::memcpy(data_ + size_, text.data(), text.size());
  size_ = size;
  return *this;
}

String& String::append(const char* text) { return append(View(text)); }

String& String::operator+=(char c) {
  if (size_ == capacity_) return append(View(&c, 1));
  data_[size_++] = c;
  return *this;
}

void String::resize(std::size_t size) {
  reserve(size);
  while (size_ < size) data_[size_++] = '\0';
  size_ = size;
}

void String::replace(std::size_t begin, std::size_t size, View text) {
  String made(substr(0, begin));
  made += text;
  made += substr(begin + size);
  swap(made);
}

namespace {
APZ_PER_THREAD List<std::unique_ptr<String>> kept;
}  // namespace

String& scratch(View text) {
  String& begun = *kept.push_back(std::make_unique<String>());
  begun.reserve(max<std::size_t>(text.size(), 1));  // a view of it is never `none`
  return begun += text;
}

void release_scratch() { kept.clear(); }

View operator+(View a, View b) { return scratch(a) += b; }

View take_until(View& rest, char end) {
  const std::size_t at = rest.find(end);
  const View taken = rest.substr(0, at);
  rest = at == View::npos ? View() : rest.substr(at + 1);
  return taken;
}

bool take_integer(View& text, std::int64_t& value) {
  const bool negative = text.starts_with("-");
  std::int64_t read = 0;
  std::size_t i = negative;
  for (; i < text.size() && is_digit(text[i]); ++i) {
    if (read > (INT64_MAX - 9) / 10) return false;
    read = read * 10 + (text[i] - '0');
  }
  if (i == (negative ? 1 : 0)) return false;
  value = negative ? -read : read;
  text.remove_prefix(i);
  return true;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void append_hex(String& out, unsigned byte) {
  out += kHexDigits[byte >> 4 & 15];
  out += kHexDigits[byte & 15];
}

bool is_blank(View text) {
  for (const char c : text) {
    if (!is_blank(c)) return false;
  }
  return true;
}

bool has_any(View text, const char* list) {
  for (View rest = list; !rest.empty();) {
    if (text.find(take_until(rest, '|')) != View::npos) return true;
  }
  return false;
}

int place_in(View list, View word) {
  for (int place = 0; !list.empty(); ++place) {
    if (take_until(list, ' ') == word && !word.empty()) return place;
  }
  return -1;
}

View lower(View text) {
  String& out = scratch(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

}  // namespace appizer
