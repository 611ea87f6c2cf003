#include "delivery/record.h"

#include "base/compare.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/moment.h"
#include "base/text.h"

namespace appizer {
namespace {

constexpr std::size_t kChecksum = 8;

// Writes the checksum's hexadecimal digits. A checksum finds damage, not forgery: what can write
// to storage can compute any checksum. So the text is parsed all the same.
void put_checksum(char* out, View text) {
  const auto sum = fnv1a<std::uint32_t>(text);
  for (int shift = 28; shift >= 0; shift -= 4) *out++ = kHexDigits[sum >> shift & 15];
}

// Takes the digits in front, if there are any.
std::uint32_t take_count(View& text) {
  Millis count = 0;
  if (!text.empty() && text[0] != '-') take_integer(text, count);
  return static_cast<std::uint32_t>(min<Millis>(count, UINT32_MAX));
}

}  // namespace

View ending(Kind kind) { return kind == Kind::event ? "}}" : "}"; }

void append_line(String& out, const Record& record) {
  const std::size_t begin = out.size();
  out += "########";  // the checksum, once what it is of is there
  out += static_cast<char>(record.kind);
  if (record.dropped > 0) json::append_integer(out, record.dropped);
  if (record.strikes > 0) {
    out += '!';
    json::append_integer(out, record.strikes);
  }
  if (!record.app.empty()) {
    out += '@';
    String& app = scratch();
    json::append_string(app, record.app);
    for (const char c : app) {
      c == ' ' ? out += "\\u0020" : out += c;  // the first space ends the extras
    }
  }
  out += ' ';
  out += record.text;
  put_checksum(out.begin() + begin, out.substr(begin + kChecksum));
}

Millis time_of(const Record& record) {
  const View label = "\"$event_id\":\"";
  const std::size_t at = record.text.find(label);
  if (at == View::npos) return kNever;
  // 48 bits, as digits in two groups: 8 and 4.
  Millis time = 0;
  for (const char c : record.text.substr(at + label.size(), 13)) {
    if (c == '-') continue;
    if (hex_digit(c) < 0) return kNever;
    time = time << 4 | hex_digit(c);
  }
  return time;
}

bool from_line(View line, Record& record) {
  if (line.size() < kChecksum + 2) return false;
  const View sum = line.substr(0, kChecksum);
  line.remove_prefix(kChecksum);
  char right[kChecksum];
  put_checksum(right, line);
  if (sum != View(right, kChecksum)) return false;
  const std::size_t brace = line.find(" {");
  if (brace == View::npos) return false;
  View extras = line.substr(0, brace);
  record.text = line.substr(brace + 1);
  record.kind = static_cast<Kind>(extras[0]);
  if (record.kind != Kind::event && record.kind != Kind::user && record.kind != Kind::alias) {
    return false;
  }
  extras.remove_prefix(1);
  record.dropped = take_count(extras);
  record.strikes = 0;
  if (extras.starts_with("!")) {
    extras.remove_prefix(1);
    record.strikes = take_count(extras);
  }
  if (!extras.empty()) {
    const View app = extras[0] == '@' ? json::string(extras.substr(1)) : View::none();
    if (app.is_none()) return false;
    record.app = app;
  }
  // What is added when it is sent begins with a comma.
  String& whole = scratch(record.text);
  whole += ",\"\":0";
  whole += ending(record.kind);
  return json::is_object(whole);
}

}  // namespace appizer
