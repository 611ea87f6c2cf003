#include "capture/values.h"

#include <algorithm>

#include "base/compare.h"
#include "base/numbers.h"

namespace appizer {
namespace {

bool is_wide(char c) { return static_cast<unsigned char>(c) >= 0x80; }

bool is_label(View text) {
  if (text.empty() || text.size() > 63 || text[0] == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || is_wide(c) || c == '-'; });
}

bool is_local(View text) {
  constexpr char kSigns[] = "!#$%&'*+-/=?^_`{|}~.";
  if (text.empty() || text.size() > 64 || text[0] == '.' || text.back() == '.') return false;
  if (text.find("..") != View::npos) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || is_wide(c) || View(kSigns).find(c) != View::npos;
  });
}

// What a longer text says is no name, and no choice from a list.
constexpr std::size_t kLongestValue = 255;
constexpr std::size_t kLongestPersonName = 100;
// From here on digits are the number of something that is not ours to know: a card, an account, a
// paper. Names have fewer: those of companies may be a year, others have hardly any.
constexpr std::size_t kNumber = 12;
constexpr std::size_t kNumberInName = 6;

}  // namespace

bool is_email(View text) {
  if (text.size() > 254) return false;
  const std::size_t at = text.find('@');
  if (at == View::npos || !is_local(text.substr(0, at))) return false;
  View domain = text.substr(at + 1);
  std::size_t labels = 0;
  View last;
  for (; !domain.empty(); ++labels) {
    if (domain.back() == '.') return false;
    last = take_until(domain, '.');
    if (!is_label(last)) return false;
  }
  return labels > 1 && last.size() > 1 && !std::all_of(last.begin(), last.end(), is_digit);
}

bool is_phone(View text) {
  std::size_t digits = 0;
  bool plus = false;
  while (!text.empty()) {
    const char c = text[0];
    if (is_digit(c)) {
      ++digits;
    } else if (c == '+') {
      if (plus || digits > 0) return false;
      plus = true;
    } else if (text.substr(0, 2) == "\xC2\xA0") {  // a space that does not break
      text.remove_prefix(1);
    } else if (text.substr(0, 2) == "\xE2\x80") {  // dashes, and marks of direction
      text.remove_prefix(min<std::size_t>(text.size() - 1, 2));
    } else if (is_letter(c)) {
      break;
    } else if (View(" ()-./").find(c) == View::npos) {
      return false;
    }
    text.remove_prefix(1);
  }
  if (digits < 7 || digits > 15) return false;
  if (text.empty()) return true;
  const std::size_t number = text.find_first_of("0123456789");
  if (number == View::npos || text.size() - number > 6) return false;
  const View sign = text.substr(0, number);
  const auto rest = text.substr(number);
  return (sign.size() <= 2 || sign.substr(0, 3) == "ext") && sign.size() <= 5 &&
         (sign[0] == 'x' || sign[0] == 'X' || sign[0] == 'e') &&
         std::all_of(sign.begin(), sign.end(),
                     [](char c) { return View("xXet. ").find(c) != View::npos; }) &&
         std::all_of(rest.begin(), rest.end(), is_digit);
}

bool may_leave(Meaning meaning, View value) {
  if (value.empty() || value.size() > kLongestValue) return false;
  if (std::any_of(value.begin(), value.end(),
                  [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; })) {
    return false;
  }
  const Digits digits(value);
  switch (meaning) {
    case Meaning::denied:
    case Meaning::unknown:
      return false;
    case Meaning::email:
      return is_email(value) && !digits.card;
    case Meaning::phone: {
      // No card begins so, and one in ten numbers that do would pass for a card.
      const char first = value[min(value.find_first_of("+0123456789"), value.size() - 1)];
      return is_phone(value) && (!digits.card || first == '+' || first == '0');
    }
    case Meaning::marked:
      return digits.most < kNumber;
    default:
      return value.size() <= kLongestPersonName && digits.all < kNumberInName &&
             value.find('@') == View::npos && std::any_of(value.begin(), value.end(), [](char c) {
               return is_letter(c) || is_wide(c);
             });
  }
}

}  // namespace appizer
