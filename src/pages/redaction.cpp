#include "pages/redaction.h"

#include <algorithm>

#include "base/compare.h"
#include "base/json.h"
#include "base/numbers.h"
#include "base/text.h"
#include "pages/url.h"
#include "pages/words.h"

namespace appizer {
namespace {

// Of a name: whole words (between spaces), or parts of it, whatever separates its letters.
constexpr char kDenied[] =
    // what lets somebody in
    "token|passw|passphrase| pass |pwd|secret|credential| pin |jwt|saml"
    "| auth |oauth|authoriz|authentic|session|sessid| sid "
    "| key |apikey|accesskey|privatekey"
    // what does so once
    "| code | otp | totp |onetime|verif"
    // what proves that the rest is genuine
    "|signature| sig |hmac"
    // where somebody can be reached, and what else is nobody's business
    "|email| mail | phone |phonenum|telephone| tel | mobile "
    "| ssn |socialsec|passport|birth| dob | iban |cardnum|creditcard| cvc | cvv | exp ";

// Before `code` they make one that opens nothing.
constexpr char kHarmlessCodes[] =
    " area color colour country coupon currency discount error item lang language locale post "
    "postal product promo promotion region status zip ";

/// Words of forms' fields that name something else in URLs.
constexpr char kHarmlessWords[] = " cid uid run in ";
/// A parameter whose name ends so has digits of its own.
constexpr char kNumbered[] =
    " id ids no nr num number sku item product order ref ts time timestamp date v version ";

/// What of a longer URL is looked at. It is far more than what is kept.
constexpr std::size_t kMostRead = 16 * 1024;
/// Layers of percent encoding; more of them nobody writes by mistake.
constexpr int kLayers = 4;
/// Bytes of a name inside a value.
constexpr std::size_t kLongestName = 64;
/// Shorter texts are names, dates and numbers of something.
constexpr std::size_t kShortestOpaque = 20;

// Beyond ASCII everything counts as a letter.
bool is_wordlike(char c) { return is_letter(c) || c < 0; }

bool is_before_at(char c) {
  return is_wordlike(c) || is_digit(c) || c == '.' || c == '_' || c == '-';
}

bool is_name_char(char c) { return is_before_at(c) || c == '[' || c == ']'; }

enum Sort { other, small, large, digit };
Sort sort_of(char c) {
  return is_digit(c) ? digit : is_upper(c) ? large : is_wordlike(c) ? small : other;
}

// The words of a name in lower case, each between spaces: `X-Amz-Signature` and `xAmzSignature` are
// " x amz signature ".
View words_of(View name) {
  String& out = scratch(" ");
  Sort before = other;
  for (const char c : name) {
    const Sort sort = sort_of(c);
    const bool goes_on = sort == before || (sort == small && before == large);
    if (!goes_on && out.back() != ' ') out += ' ';
    if (sort != other) out += static_cast<char>(sort == large ? c | 0x20 : c);
    before = sort;
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

bool is_denied(View name, const Config& config) {
  const View words = words_of(name);
  for (const String& more : config.redact_parameters) {
    const View wanted = words_of(more);
    if (wanted.size() > 1 && words.find(wanted) != String::npos) return true;
  }
  // Only where all of it is a name: what else is in the piece may be another parameter's.
  const bool whole = std::all_of(name.begin(), name.end(), is_name_char);
  if (whole && words.starts_with(" utm ")) return false;
  String& text = scratch(words);
  for (const char c : words) {
    if (c != ' ') text += c;
  }
  const bool denied = has_any(text, kDenied);
  const View kCode = "code ";
  if (!denied || !words.ends_with(kCode) || words.size() == kCode.size() + 1) return denied;
  return View(kHarmlessCodes).find(words.substr(0, words.size() - kCode.size())) == View::npos;
}

// The last word of what `words_of` returns.
View last_of(View words) {
  words = words.substr(0, words.size() - 1);
  return words.substr(words.rfind(' ') + 1);
}

// How certain it is that a parameter is a field of a form that was sent by GET.
enum Typed { no, perhaps, yes };

// By the words of its name. A bare name, an organisation, a message may be anything's; the value of
// such a one has to look as if somebody had typed it.
Typed typed(View name, View value) {
  constexpr std::uint32_t kYes = bit(Word::email) | bit(Word::phone) | bit(Word::first) |
                                 bit(Word::last) | bit(Word::both) | bit(Word::card) |
                                 bit(Word::secret) | bit(Word::code);
  constexpr std::uint32_t kPerhaps =
      bit(Word::name) | bit(Word::organisation) | bit(Word::typed) | bit(Word::user);
  if (value.empty()) return no;
  const View words = words_of(decoded(name, false));
  if (words.starts_with(" utm ") || lists(kHarmlessWords, last_of(words))) return no;
  const Said said(words, true);
  if (said.has_any(kYes)) return yes;
  if (!said.has_any(kPerhaps)) return no;
  const View text = decoded(value, true);
  const bool capital = !is_lower(text[0]) && text.find_first_of("0123456789_") == View::npos;
  return capital || text.find(' ') != View::npos ? yes : perhaps;
}

// Whether there is the number of a payment card in a text.
bool has_card(View text) {
  while (!text.empty()) {
    std::size_t end = 0;
    while (end < text.size() && (is_digit(text[end]) || text[end] == ' ' || text[end] == '-')) {
      ++end;
    }
    const View run = text.substr(0, end);
    // Times in milliseconds begin with a 1.
    const std::size_t first = run.find_first_of("0123456789");
    if (first != View::npos && run[first] > '1' && Digits(run).card && Digits(run).most < 20) {
      return true;
    }
    text.remove_prefix(min(end + 1, text.size()));
  }
  return false;
}

// Whether a value, whatever its name, is a number that identifies somebody.
bool is_personal(View name, View value) {
  for (const bool form : {true, false}) {
    View text = decoded(value, form);
    while (!text.empty() && text[0] == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    if (has_card(text) || is_iban(text) || is_paper(text) || looks_like_phone(text)) return true;
    // As it is written in North America, where no time and hardly an identifier is such a number.
    const bool ten = text.size() == 10 && std::all_of(text.begin(), text.end(), is_digit);
    if (ten && text[0] > '1' && text[3] > '1') {
      return !lists(kNumbered, last_of(words_of(name)));
    }
  }
  return false;
}

// Whether a name of at least two letters stands behind a dot, as in "example.com" and not in "1.2".
bool starts_with_domain(View text) {
  int letters = -1;
  for (const char c : text) {
    if (c == '.') {
      letters = 0;
    } else if (is_wordlike(c)) {
      if (letters >= 0 && ++letters == 2) return true;
    } else if (is_digit(c) || c == '-') {
      letters = -1;
    } else {
      break;
    }
  }
  return false;
}

// The name that ends before the separator at `end`; in JSON it is in quotes.
View name_before(View text, std::size_t end) {
  while (end > 0 && (text[end - 1] == '"' || text[end - 1] == ' ')) --end;
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLongestName && is_name_char(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

// A JSON Web Token, or another JSON object in base64: `{"` is "eyJ" there.
bool starts_with_token(View text) {
  if (!text.starts_with("eyJ")) return false;
  std::size_t length = 0;
  while (length < text.size() && is_before_at(text[length])) ++length;
  return length >= kShortestOpaque - 4;
}

bool tells(View text, const Config& config) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool begins = i == 0 || !is_before_at(text[i - 1]);
    if (begins && starts_with_token(text.substr(i))) return true;
    if (c == '@' && !begins && starts_with_domain(text.substr(i + 1))) return true;
    if ((c == '=' || c == ':') && i + 1 < text.size() && is_denied(name_before(text, i), config)) {
      return true;
    }
  }
  return false;
}

// Whether there is something in a text that is to be redacted.
bool leaks(View text, const Config& config) {
  for (int layer = 0; layer <= kLayers; ++layer) {
    if (tells(text, config)) return true;
    const View next = decoded(text, false);
    if (next == text) return false;
    text = next;
  }
  return true;
}

// Whether a text was drawn, not written: letters and digits change places in it all the time, not
// only where a word begins.
bool is_opaque(View text) {
  std::size_t changes = 0;
  Sort before = other;
  for (const char c : text) {
    const Sort sort = sort_of(c);
    const bool word = sort == before || (sort == small && before == large);
    changes += !word && sort != other && before != other;
    before = sort;
  }
  return text.size() >= kShortestOpaque && changes * 5 >= text.size();
}

// `ends` are the characters between two pieces.
void append_pieces(String& out, View text, View ends, const Config& config) {
  // In the answer of an OAuth server, and there only, a `state` is a secret too.
  const bool answer = text.find("code=") < text.size() || text.find("token=") < text.size();
  // Several that somebody may have typed are a form's.
  int fields = 0;
  for (View rest = text; !rest.empty();) {
    View value = take_until(rest, ends[0]);
    const View name = take_until(value, '=');
    fields += typed(name, value) != no;
  }
  while (!text.empty()) {
    const std::size_t end = min(text.find_first_of(ends), text.size());
    const View piece = text.substr(0, end);
    const std::size_t equals = piece.find('=');
    const View name = piece.substr(0, equals);
    const View value = equals < piece.size() ? piece.substr(equals + 1) : "";
    if (leaks(name, config)) {
      out += kRedacted;
    } else if (!value.empty() &&
               (is_denied(decoded(name, false), config) ||
                (fields > 0 && typed(name, value) > (fields > 1 ? no : perhaps)) ||
                is_personal(decoded(name, false), value) || (answer && name == "state") ||
                leaks(value, config))) {
      out += name;
      out += '=';
      out += kRedacted;
    } else {
      out += piece;
    }
    if (end < text.size()) out += text[end];
    text.remove_prefix(min(end + 1, text.size()));
  }
}

void append_hash(String& out, View hash, const Config& config) {
  if (!is_route(hash)) {
    if (is_opaque(decoded(hash.substr(0, hash.find('=')), false))) {
      out += kRedacted;
    } else {
      append_pieces(out, hash, "&", config);
    }
    return;
  }
  const std::size_t mark = min(hash.find('?'), hash.size());
  append_pieces(out, hash.substr(0, mark), "/;", config);
  if (mark == hash.size()) return;
  out += '?';
  append_pieces(out, hash.substr(mark + 1), "&", config);
}

}  // namespace

View clean_url(View url, const Config& config) {
  const bool sanitized = is_sanitized(url);
  if (sanitized) url.remove_prefix(1);
  if (url.size() > kMostRead) url = url.substr(0, url.find_last_of("/?#&", kMostRead));
  url = normalized(url);
  const Url parts = split(url);
  String& out = scratch();
  std::size_t rest = 0;
  if (!parts.scheme.empty()) {
    out += parts.scheme;
    out += ':';
    if (url.substr(out.size(), 2) != "//") return out;
    out += "//";
    rest = url.find_first_of("/?#", out.size());
    out += parts.host;
  }
  if (sanitized) {
    out += url.substr(min(rest, url.size()));
  } else {
    append_pieces(out, parts.path, "/;", config);
    if (!parts.query.empty()) {
      out += '?';
      append_pieces(out, parts.query, "&", config);
    }
    if (!parts.hash.empty()) {
      out += '#';
      append_hash(out, parts.hash, config);
    }
  }
  out.resize(json::clip(out, kLongestUrl).size());
  return out;
}

}  // namespace appizer
