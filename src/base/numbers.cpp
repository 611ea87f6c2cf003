#include "base/numbers.h"

#include <cstdint>

#include "base/compare.h"

namespace appizer {
namespace {

// Whether a text is like `pattern`: '9' is any digit, 'A' a capital letter.
bool is_like(View text, View pattern) {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char wanted = pattern[i];
    if (wanted == '9'   ? !is_digit(text[i])
        : wanted == 'A' ? !is_upper(text[i])
                        : text[i] != wanted) {
      return false;
    }
  }
  return true;
}

}  // namespace

Digits::Digits(View text) {
  // Luhn's sum counts from the right, so both ways of doubling are kept until the end is known.
  unsigned sums[2] = {0, 0};
  std::size_t count = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const char c = i < text.size() ? text[i] : 'a';
    if (is_digit(c)) {
      const auto digit = static_cast<unsigned>(c - '0');
      const unsigned doubled = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
      sums[count & 1] += doubled;
      sums[~count & 1] += digit;
      ++count;
    } else if (is_letter(c) || c == '@') {
      most = max(most, count);
      all += count;
      card = card || count > 19 || (count >= 12 && sums[count & 1] % 10 == 0);
      count = sums[0] = sums[1] = 0;
    }
  }
}

bool is_iban(View text) {
  String& digits = scratch();
  for (const char c : text) {
    if (is_digit(c) || is_letter(c)) {
      digits += static_cast<char>(is_letter(c) ? c & ~0x20 : c);
    } else if (c != ' ' && c != '-') {
      return false;
    }
  }
  if (digits.size() < 15 || digits.size() > 34 || !is_like(digits.substr(0, 4), "AA99")) {
    return false;
  }
  std::uint32_t rest = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const char c = digits[(i + 4) % digits.size()];
    rest = is_digit(c) ? (rest * 10 + static_cast<unsigned>(c - '0')) % 97
                       : (rest * 100 + static_cast<unsigned>(c - 'A' + 10)) % 97;
  }
  return rest == 1;
}

bool is_paper(View text) {
  if (is_like(text, "999-99-9999") || is_like(text, "999.999.999-99") ||
      is_like(text, "A9999999") || is_like(text, "AA9999999")) {
    return true;
  }
  const bool foreigner = !text.empty() && text[0] >= 'X' && text[0] <= 'Z';
  if (!is_like(text, foreigner ? "A9999999A" : "99999999A")) return false;
  std::size_t number = foreigner ? static_cast<std::size_t>(text[0] - 'X') : 0;
  for (const char c : text.substr(foreigner, 8U - foreigner)) {
    number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  return View("TRWAGMYFPDXBNJZSQVHLCKE")[number % 23] == text.back();
}

bool looks_like_phone(View text) {
  std::size_t digits = 0;
  std::size_t dots = 0;
  std::size_t signs = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    digits += is_digit(c);
    dots += c == '.';
    signs += c == ' ' || c == '(' || c == '-' || c == '/';
    if (!is_digit(c) && (c != '+' || i > 0) && View(" ()-./").find(c) == View::npos) return false;
  }
  if (digits < 8 || digits > 15) return false;
  const bool zero = text[0] == '0' || text.starts_with("(0");
  if (text[0] == '+') return true;
  // Dates, versions, addresses of machines and fractions have dots and dashes as well.
  if (zero) return digits >= 9 && digits <= 14 && dots != 1;
  if (dots > 0) return is_like(text, "999.999.9999");
  return signs > 0 && digits >= 9 && !is_like(text.substr(0, 8), "9999-99-");
}

}  // namespace appizer
