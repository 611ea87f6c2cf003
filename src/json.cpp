#include "json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

// `nlohmann::detail` is promised to nobody: a release outside this range must be tried first.
static_assert(NLOHMANN_JSON_VERSION_MAJOR == 3 && NLOHMANN_JSON_VERSION_MINOR >= 10,
              "tried with nlohmann/json 3.10 to 3.12");

namespace appizer::json {
namespace {

using Adapter = nlohmann::detail::iterator_input_adapter<const char*>;
using Lexer = nlohmann::detail::lexer<nlohmann::json, Adapter>;
using Token = Lexer::token_type;

/// What a value amounts to: enough to know that it keeps within the limits.
struct Extent {
  std::size_t depth = 0;
  std::size_t values = 0;
  std::size_t string = 0;
  std::size_t name = 0;
  /// An outermost name starts with '$', as ours do.
  bool dollar = false;
};

/// The tokens of a text, with their places in it.
class Scanner {
 public:
  explicit Scanner(std::string_view text)
      : text_(text), lexer_(Adapter(text.data(), text.data() + text.size())) {
    if (text.starts_with("\xEF\xBB\xBF")) end_ = 3;  // a byte order mark, which the lexer skips
    next();
  }

  Token token() const { return token_; }
  bool is(Token token) const { return token_ == token; }
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  std::string& string() { return lexer_.get_string(); }
  std::string_view since(std::size_t begin) const { return text_.substr(begin, end_ - begin); }

  void next() {
    begin_ = end_;
    token_ = lexer_.scan();
    const std::size_t read = lexer_.get_position().chars_read_total;
    // The lexer takes a NUL byte for the end.
    if (is(Token::end_of_input) && read <= text_.size()) token_ = Token::parse_error;
    end_ = std::min(read, text_.size());
    while (begin_ < end_ && is_space(text_[begin_])) ++begin_;
  }

  /// From a value's first token to its last. Not recursive: the nesting is the caller's to choose.
  bool skip(Extent& extent) {
    std::string open;
    for (;;) {
      ++extent.values;
      bool complete = true;
      if (is(Token::begin_object) || is(Token::begin_array)) {
        open += is(Token::begin_object) ? '{' : '[';
        extent.depth = std::max(extent.depth, open.size());
        next();
        complete = is(open.back() == '{' ? Token::end_object : Token::end_array);
        if (complete) {
          open.pop_back();
        } else if (open.back() == '{' && !name(extent, open.size() == 1)) {
          return false;
        }
      } else if (!scalar(extent)) {
        return false;
      }
      while (complete) {
        if (open.empty()) return true;
        next();
        if (is(Token::value_separator)) {
          next();
          if (open.back() == '{' && !name(extent, open.size() == 1)) return false;
          complete = false;
        } else if (is(open.back() == '{' ? Token::end_object : Token::end_array)) {
          open.pop_back();
        } else {
          return false;
        }
      }
    }
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

  // A name and its colon; the value's first token is next.
  bool name(Extent& extent, bool outermost) {
    if (!is(Token::value_string)) return false;
    const std::string& text = string();
    extent.name = std::max(extent.name, text.size());
    if (outermost && !text.empty() && text[0] == '$') extent.dollar = true;
    next();
    if (!is(Token::name_separator)) return false;
    next();
    return true;
  }

  bool scalar(Extent& extent) {
    switch (token_) {
      case Token::value_string:
        extent.string = std::max(extent.string, string().size());
        return true;
      case Token::literal_true:
      case Token::literal_false:
      case Token::literal_null:
      case Token::value_unsigned:
      case Token::value_integer:
      case Token::value_float:
        return true;
      default:
        return false;
    }
  }

  std::string_view text_;
  Lexer lexer_;
  Token token_ = Token::uninitialized;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// Copies what keeps within the limits. Recursive, but never deeper than `Limits::depth`.
class Copier {
 public:
  Copier(std::string_view text, const Limits& limits, bool (*is_reserved)(std::string_view))
      : scanner_(text), limits_(limits), is_reserved_(is_reserved) {}

  Copy run() {
    object(1);
    return std::move(copy_);
  }

 private:
  // The text has been found valid before, so the grammar need not be checked again.
  void object(std::size_t depth) {
    std::string& out = copy_.members;
    bool first = true;
    for (scanner_.next(); !scanner_.is(Token::end_object); scanner_.next()) {
      if (scanner_.is(Token::value_separator)) continue;
      const std::string name = scanner_.string();
      scanner_.next();  // the colon
      scanner_.next();
      if (depth == 1) {
        outermost_ = name;
        if (is_reserved_(name)) {
          copy_.reserved.push_back(name);
          skip();
          continue;
        }
      }
      const std::size_t undo = out.size();
      if (!first) out += ',';
      append_string(out, name);
      out += ':';
      if (name.size() <= limits_.name && value(depth)) {
        first = false;
      } else {
        mark();
        out.resize(undo);
        if (name.size() > limits_.name) skip();
      }
    }
  }

  void array(std::size_t depth) {
    std::string& out = copy_.members;
    bool first = true;
    for (scanner_.next(); !scanner_.is(Token::end_array); scanner_.next()) {
      if (scanner_.is(Token::value_separator)) continue;
      const std::size_t undo = out.size();
      if (!first) out += ',';
      if (value(depth)) {
        first = false;
      } else {
        mark();
        out.resize(undo);
      }
    }
  }

  // Leaves the scanner on the value's last token. False: nothing of it can be taken.
  bool value(std::size_t depth) {
    std::string& out = copy_.members;
    if (++values_ > limits_.values) return skip();
    if (scanner_.is(Token::begin_object) || scanner_.is(Token::begin_array)) {
      if (depth == limits_.depth || !fits(2, depth)) return skip();
      const bool is_object = scanner_.is(Token::begin_object);
      out += is_object ? '{' : '[';
      is_object ? object(depth + 1) : array(depth + 1);
      out += is_object ? '}' : ']';
      return true;
    }
    if (scanner_.is(Token::value_string)) {
      const std::string_view text = clip(scanner_.string(), limits_.string);
      if (text.size() < scanner_.string().size()) mark();
      append_string(out, text);
    } else {
      out += scanner_.since(scanner_.begin());
    }
    return fits(0, depth);
  }

  // What is open at this depth must still be closed.
  bool fits(std::size_t more, std::size_t depth) const {
    return copy_.members.size() + more + depth + 1 <= limits_.size;
  }

  bool skip() {
    Extent unused;
    scanner_.skip(unused);
    return false;
  }

  void mark() {
    if (copy_.cut.empty() || copy_.cut.back() != outermost_) copy_.cut.push_back(outermost_);
  }

  Scanner scanner_;
  const Limits& limits_;
  bool (*is_reserved_)(std::string_view);
  Copy copy_;
  std::string outermost_;
  std::size_t values_ = 0;
};

// The one scalar that a text is; `Token::parse_error` where it is anything else.
Token scalar(Scanner& scanner, std::string& string) {
  const Token token = scanner.token();
  if (token == Token::value_string) string = scanner.string();
  scanner.next();
  return scanner.is(Token::end_of_input) ? token : Token::parse_error;
}

// The length of the UTF-8 sequence at the start of `text`, 0 where there is no valid one (RFC
// 3629).
std::size_t sequence(std::string_view text) {
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

// Which half of a surrogate pair the \u escape at `at` stands for: 1, 2, or 0 for neither.
int surrogate(std::string_view text, std::size_t at) {
  if (text.size() < at + 6 || text[at] != '\\' || text[at + 1] != 'u') return 0;
  std::uint32_t unit = 0;
  std::from_chars(text.data() + at + 2, text.data() + at + 6, unit, 16);
  return unit >> 10 == 0xD800 >> 10 ? 1 : unit >> 10 == 0xDC00 >> 10 ? 2 : 0;
}

// JSON.stringify writes half a character ('🙂'.slice(0, 1)) as an escape that no reader of UTF-8
// takes. It becomes U+FFFD, as it does in TextEncoder.
std::string mended(std::string text) {
  for (std::size_t at = text.find('\\'); at != std::string::npos; at = text.find('\\', at)) {
    const int half = surrogate(text, at);
    const bool pair = half == 1 && surrogate(text, at + 6) == 2;
    if (half != 0 && !pair) text.replace(at + 2, 4, "fffd");
    at += pair ? 12 : 2;
  }
  return text;
}

}  // namespace

std::optional<std::vector<Member>> members(std::string_view text) {
  Scanner scanner(text);
  if (!scanner.is(Token::begin_object)) return std::nullopt;
  std::vector<Member> all;
  scanner.next();
  while (!scanner.is(Token::end_object)) {
    if (!scanner.is(Token::value_string)) return std::nullopt;
    std::string name = scanner.string();
    scanner.next();
    if (!scanner.is(Token::name_separator)) return std::nullopt;
    scanner.next();
    const std::size_t begin = scanner.begin();
    Extent unused;
    if (!scanner.skip(unused)) return std::nullopt;
    all.push_back({std::move(name), scanner.since(begin)});
    scanner.next();
    if (scanner.is(Token::value_separator)) {
      scanner.next();
      if (scanner.is(Token::end_object)) return std::nullopt;  // a comma too many
    } else if (!scanner.is(Token::end_object)) {
      return std::nullopt;
    }
  }
  scanner.next();
  if (!scanner.is(Token::end_of_input)) return std::nullopt;
  return all;
}

std::optional<std::string_view> member(std::string_view text, std::string_view name) {
  if (const auto all = members(text)) {
    for (const Member& one : *all) {
      if (one.name == name) return one.value;
    }
  }
  return std::nullopt;
}

bool is_object(std::string_view text) {
  Scanner scanner(text);
  Extent unused;
  if (!scanner.is(Token::begin_object) || !scanner.skip(unused)) return false;
  scanner.next();
  return scanner.is(Token::end_of_input);
}

std::optional<std::string> string(std::string_view text) {
  Scanner scanner(text);
  std::string value;
  if (scalar(scanner, value) != Token::value_string) return std::nullopt;
  return value;
}

bool strings(std::string_view text, std::vector<std::string>& out) {
  Scanner scanner(text);
  if (!scanner.is(Token::begin_array)) return false;
  for (scanner.next(); scanner.is(Token::value_string); scanner.next()) {
    out.push_back(scanner.string());
    scanner.next();
    if (!scanner.is(Token::value_separator)) break;
  }
  return scanner.is(Token::end_array);
}

std::optional<bool> boolean(std::string_view text) {
  Scanner scanner(text);
  std::string unused;
  switch (scalar(scanner, unused)) {
    case Token::literal_true:
      return true;
    case Token::literal_false:
      return false;
    default:
      return std::nullopt;
  }
}

// By hand: libc's strtod brings 128-bit arithmetic into the module, and what is read here (seconds,
// limits) needs no last digit.
std::optional<double> number(std::string_view text) {
  Scanner scanner(text);
  std::string unused;
  switch (scalar(scanner, unused)) {
    case Token::value_unsigned:
    case Token::value_integer:
    case Token::value_float:
      break;
    default:
      return std::nullopt;
  }
  double value = 0;
  int exponent = 0;
  bool fraction = false;
  std::size_t i = text.find_first_of("-0123456789");
  const bool negative = text[i] == '-';
  for (i += negative; i < text.size() && (text[i] == '.' || (text[i] >= '0' && text[i] <= '9'));
       ++i) {
    if (text[i] == '.') {
      fraction = true;
    } else {
      value = value * 10 + (text[i] - '0');
      exponent -= fraction;
    }
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    const bool down = text[i + 1] == '-';
    int power = 0;
    for (++i; i < text.size(); ++i) {
      if (text[i] >= '0' && text[i] <= '9') power = std::min(power * 10 + (text[i] - '0'), 999);
    }
    exponent += down ? -power : power;
  }
  for (; exponent > 0 && value < 1e300; --exponent) value *= 10;
  for (; exponent < 0 && value > 0; ++exponent) value /= 10;
  return negative ? -value : value;
}

void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const char c = text[0];
    const std::size_t length = sequence(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (length == 1 && c < 0x20) {
      out += "\\u00";
      out += kDigits[static_cast<std::size_t>(c) >> 4];
      out += kDigits[static_cast<std::size_t>(c) & 15];
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out += '"';
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  if (out.empty() || out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
  append_string(out, value);
}

void append_integer(std::string& out, std::int64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

std::string_view clip(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0) == 0x80) --limit;
  return text.substr(0, limit);
}

std::optional<Copy> copy(std::string_view text, const Limits& limits,
                         bool (*is_reserved)(std::string_view)) {
  Scanner scanner(text);
  Extent extent;
  if (!scanner.is(Token::begin_object)) return std::nullopt;
  const std::size_t begin = scanner.begin();
  if (!scanner.skip(extent)) {
    const std::string better = mended(std::string(text));
    return better == text ? std::nullopt : copy(better, limits, is_reserved);
  }
  const std::string_view whole = scanner.since(begin);
  scanner.next();
  if (!scanner.is(Token::end_of_input)) return std::nullopt;
  // The outermost object is a value too, but not one of its own.
  --extent.values;
  if (!extent.dollar && extent.depth <= limits.depth && extent.values <= limits.values &&
      extent.string <= limits.string && extent.name <= limits.name && whole.size() <= limits.size &&
      whole.find('\n') == std::string_view::npos) {
    Copy all;
    if (extent.values > 0) all.members = whole.substr(1, whole.size() - 2);
    return all;
  }
  return Copier(text, limits, is_reserved).run();
}

}  // namespace appizer::json
