// The writing half of json.h.
#include <cstdint>

#include "base/compare.h"
#include "base/json.h"
#include "base/text.h"

namespace appizer::json {
namespace {

// The length of the UTF-8 sequence at the start of `text`, 0 where there is no valid one (RFC
// 3629).
std::size_t sequence(View text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  // Overlong forms, surrogates, and beyond U+10FFFF show in the second byte.
  const unsigned second = byte(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

// ASCII that stands for itself in a JSON string.
bool is_plain(char c) { return c >= ' ' && c < 0x7F && c != '"' && c != '\\'; }

}  // namespace

void append_string(String& out, View text) {
  out += '"';
  while (!text.empty()) {
    // Most texts are nothing else.
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(text[plain])) ++plain;
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char c = text[0];
    const std::size_t length = sequence(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (length == 1 && c < 0x20) {
      out += "\\u00";
      append_hex(out, static_cast<unsigned char>(c));
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(max<std::size_t>(length, 1));
  }
  out += '"';
}

void append_member(String& out, View name, View value) {
  if (out.empty() || out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
  append_string(out, value);
}

void append_integer(String& out, std::int64_t value) {
  char digits[20];
  char* const end = digits + sizeof digits;
  char* begin = end;
  // Of the smallest number no positive one exists, so the digits are those of the negative.
  const std::int64_t sign = value < 0 ? -1 : 1;
  do {
    *--begin = static_cast<char>('0' + value % 10 * sign);
    value /= 10;
  } while (value != 0);
  if (sign < 0) *--begin = '-';
  out += View(begin, static_cast<std::size_t>(end - begin));
}

View integer_text(std::uint64_t value) {
  String& out = scratch();
  append_integer(out, static_cast<std::int64_t>(value));
  return out;
}

View clip(View text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace appizer::json
