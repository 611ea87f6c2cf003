#include "base/json.h"

#include <cmath>
#include <cstdint>
#include <new>

#include "base/compare.h"
#include "base/lexer.h"
#include "base/list.h"
#include "base/text.h"

namespace appizer::json {

APZ_PER_THREAD View Reader::text_;
APZ_PER_THREAD std::size_t Reader::count_ = 0;
APZ_PER_THREAD String Read::text_;

namespace {

using Token = Lexer::token_type;

// The one for all texts (lexer.h).
APZ_PER_THREAD Lexer lexer({});

/// What a value amounts to: enough to know that it keeps within the limits.
struct Extent {
  std::size_t depth = 0;
  std::size_t values = 0;
  std::size_t string = 0;
  std::size_t name = 0;
  /// An outermost name starts with '$', as ours do.
  bool dollar = false;
};

/// The tokens of a text, with their places in it. Where another begins, this one has ended.
class Scanner {
 public:
  explicit Scanner(View text) : text_(text) {
    Reader::begin(text);
    new (&lexer) Lexer({});
    if (text.starts_with("\xEF\xBB\xBF")) end_ = 3;  // a byte order mark, which the lexer skips
    next();
  }

  APZ_INLINE Token token() const { return token_; }
  APZ_INLINE bool is(Token token) const { return token_ == token; }
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return end_; }
  bool is_number() const {
    return is(Token::value_unsigned) || is(Token::value_integer) || is(Token::value_float);
  }
  View string() const { return lexer.get_string().text(); }
  View since(std::size_t begin) const { return text_.substr(begin, end_ - begin); }

  void next() {
    begin_ = end_;
    token_ = lexer.scan();
    // Where a number ends shows in the character behind it.
    const std::size_t read = Reader::count() - (is_number() ? 1 : 0);
    // The lexer takes a NUL byte for the end.
    if (is(Token::end_of_input) && read <= text_.size()) token_ = Token::parse_error;
    end_ = min(read, text_.size());
    while (begin_ < end_ && is_space(text_[begin_])) ++begin_;
  }

  /// From a value's first token to its last. Not recursive: the nesting is the caller's to choose.
  bool skip(Extent& extent) {
    String open;
    for (;;) {
      ++extent.values;
      bool complete = true;
      if (is(Token::begin_object) || is(Token::begin_array)) {
        open += is(Token::begin_object) ? '{' : '[';
        extent.depth = max(extent.depth, open.size());
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
    const View text = string();
    extent.name = max(extent.name, text.size());
    if (outermost && !text.empty() && text[0] == '$') extent.dollar = true;
    next();
    if (!is(Token::name_separator)) return false;
    next();
    return true;
  }

  bool scalar(Extent& extent) {
    switch (token_) {
      case Token::value_string:
        extent.string = max(extent.string, string().size());
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

  View text_;
  Token token_ = Token::uninitialized;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// Copies what keeps within the limits. Recursive, but never deeper than `Limits::depth`.
class Copier {
 public:
  Copier(View text, const Limits& limits, bool (*is_reserved)(View), Copy& copy)
      : scanner_(text), limits_(limits), is_reserved_(is_reserved), copy_(copy) {}

  void run() {
    object(1);
    copy_.members = out_;
  }

 private:
  // The text has been found valid before, so the grammar need not be checked again.
  void object(std::size_t depth) {
    bool first = true;
    for (scanner_.next(); !scanner_.is(Token::end_object); scanner_.next()) {
      if (scanner_.is(Token::value_separator)) continue;
      const View name = scratch(scanner_.string());
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
      const std::size_t undo = out_.size();
      if (!first) out_ += ',';
      append_string(out_, name);
      out_ += ':';
      if (name.size() <= limits_.name && value(depth)) {
        first = false;
      } else {
        mark();
        out_.resize(undo);
        if (name.size() > limits_.name) skip();
      }
    }
  }

  void array(std::size_t depth) {
    bool first = true;
    for (scanner_.next(); !scanner_.is(Token::end_array); scanner_.next()) {
      if (scanner_.is(Token::value_separator)) continue;
      const std::size_t undo = out_.size();
      if (!first) out_ += ',';
      if (value(depth)) {
        first = false;
      } else {
        mark();
        out_.resize(undo);
      }
    }
  }

  // Leaves the scanner on the value's last token. False: nothing of it can be taken.
  bool value(std::size_t depth) {
    if (++values_ > limits_.values) return skip();
    if (scanner_.is(Token::begin_object) || scanner_.is(Token::begin_array)) {
      if (depth == limits_.depth || !fits(2, depth)) return skip();
      const bool is_object = scanner_.is(Token::begin_object);
      out_ += is_object ? '{' : '[';
      is_object ? object(depth + 1) : array(depth + 1);
      out_ += is_object ? '}' : ']';
      return true;
    }
    if (scanner_.is(Token::value_string)) {
      const View text = clip(scanner_.string(), limits_.string);
      if (text.size() < scanner_.string().size()) mark();
      append_string(out_, text);
    } else {
      out_ += scanner_.since(scanner_.begin());
    }
    return fits(0, depth);
  }

  // What is open at this depth must still be closed.
  bool fits(std::size_t more, std::size_t depth) const {
    return out_.size() + more + depth + 1 <= limits_.size;
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
  bool (*is_reserved_)(View);
  Copy& copy_;
  String& out_ = scratch();
  View outermost_;
  std::size_t values_ = 0;
};

// The one scalar that a text is; `Token::parse_error` where it is anything else.
Token scalar(Scanner& scanner, View& string) {
  const Token token = scanner.token();
  if (token == Token::value_string) string = scratch(scanner.string());
  scanner.next();
  return scanner.is(Token::end_of_input) ? token : Token::parse_error;
}

// Which half of a surrogate pair the \u escape at the start stands for: 1, 2, or 0 for neither.
int surrogate(View text) {
  if (text.size() < 6 || !text.starts_with("\\u")) return 0;
  int unit = 0;
  for (const char c : text.substr(2, 4)) {
    const int digit = hex_digit(c);
    if (digit < 0) return 0;
    unit = unit * 16 + digit;
  }
  return unit >> 10 == 0xD800 >> 10 ? 1 : unit >> 10 == 0xDC00 >> 10 ? 2 : 0;
}

// JSON.stringify writes half a character ('🙂'.slice(0, 1)) as an escape that no reader of UTF-8
// takes. It becomes U+FFFD, as it does in TextEncoder.
View repaired(View text) {
  String& out = scratch();
  while (!text.empty()) {
    std::size_t size = 1;
    if (text[0] == '\\') {
      const int half = surrogate(text);
      const bool pair = half == 1 && surrogate(text.substr(6)) == 2;
      size = min<std::size_t>(pair ? 12 : half != 0 ? 6 : 2, text.size());
      if (half != 0 && !pair) {
        out += "\\ufffd";
        text.remove_prefix(size);
        continue;
      }
    }
    out += text.substr(0, size);
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace

bool members(View text, List<Member>& out) {
  Scanner scanner(text);
  if (!scanner.is(Token::begin_object)) return false;
  scanner.next();
  while (!scanner.is(Token::end_object)) {
    if (!scanner.is(Token::value_string)) return false;
    const View name = scratch(scanner.string());
    scanner.next();
    if (!scanner.is(Token::name_separator)) return false;
    scanner.next();
    const std::size_t begin = scanner.begin();
    Extent unused;
    if (!scanner.skip(unused)) return false;
    out.push_back({name, scanner.since(begin)});
    scanner.next();
    if (scanner.is(Token::value_separator)) {
      scanner.next();
      if (scanner.is(Token::end_object)) return false;  // a comma too many
    } else if (!scanner.is(Token::end_object)) {
      return false;
    }
  }
  scanner.next();
  return scanner.is(Token::end_of_input);
}

View member(View text, View name) {
  List<Member> all;
  if (members(text, all)) {
    for (const Member& one : all) {
      if (one.name == name) return one.value;
    }
  }
  return View::none();
}

bool is_object(View text) {
  Scanner scanner(text);
  Extent unused;
  if (!scanner.is(Token::begin_object) || !scanner.skip(unused)) return false;
  scanner.next();
  return scanner.is(Token::end_of_input);
}

View string(View text) {
  Scanner scanner(text);
  View value;
  return scalar(scanner, value) == Token::value_string ? value : View::none();
}

bool strings(View text, List<String>& out) {
  Scanner scanner(text);
  if (!scanner.is(Token::begin_array)) return false;
  for (scanner.next(); scanner.is(Token::value_string); scanner.next()) {
    out.push_back(scanner.string());
    scanner.next();
    if (!scanner.is(Token::value_separator)) break;
  }
  return scanner.is(Token::end_array);
}

Truth boolean(View text) {
  Scanner scanner(text);
  View unused;
  const Token token = scalar(scanner, unused);
  if (token == Token::literal_true) return Truth::yes;
  return token == Token::literal_false ? Truth::no : Truth::neither;
}

// By hand: libc's strtod brings 128-bit arithmetic into the module, and what is read here (seconds,
// limits) needs no last digit.
double number(View text) {
  Scanner scanner(text);
  View unused;
  const Token token = scalar(scanner, unused);
  if (token != Token::value_unsigned && token != Token::value_integer &&
      token != Token::value_float) {
    return __builtin_nan("");
  }
  double value = 0;
  int exponent = 0;
  bool fraction = false;
  std::size_t i = text.find_first_of("-0123456789");
  const bool negative = text[i] == '-';
  for (i += negative; i < text.size() && (text[i] == '.' || is_digit(text[i])); ++i) {
    if (text[i] == '.') {
      fraction = true;
    } else if (value < 1e18) {
      value = value * 10 + (text[i] - '0');
      exponent -= fraction;
    } else {
      exponent += !fraction;  // more digits than a double distinguishes
    }
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    const bool down = text[i + 1] == '-';
    int power = 0;
    for (++i; i < text.size(); ++i) {
      if (is_digit(text[i])) power = min(power * 10 + (text[i] - '0'), 999'999);
    }
    exponent += down ? -power : power;
  }
  for (; exponent > 0 && value * 2 != value; --exponent) value *= 10;  // to infinity at the most
  for (; exponent < 0 && value > 0; ++exponent) value /= 10;
  return negative ? -value : value;
}

bool copy(View text, const Limits& limits, bool (*is_reserved)(View), Copy& out) {
  Scanner scanner(text);
  Extent extent;
  if (!scanner.is(Token::begin_object)) return false;
  const std::size_t begin = scanner.begin();
  if (!scanner.skip(extent)) {
    const View better = repaired(text);
    return better != text && copy(better, limits, is_reserved, out);
  }
  const View whole = scanner.since(begin);
  scanner.next();
  if (!scanner.is(Token::end_of_input)) return false;
  // The outermost object is a value too, but not one of its own.
  --extent.values;
  if (!extent.dollar && extent.depth <= limits.depth && extent.values <= limits.values &&
      extent.string <= limits.string && extent.name <= limits.name && whole.size() <= limits.size &&
      whole.find('\n') == View::npos) {
    if (extent.values > 0) out.members = whole.substr(1, whole.size() - 2);
  } else {
    Copier(text, limits, is_reserved, out).run();
  }
  return true;
}

}  // namespace appizer::json
