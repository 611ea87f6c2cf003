#include "pages/url.h"

#include "base/text.h"

namespace appizer {
namespace {

constexpr char kUpperHexDigits[] = "0123456789ABCDEF";

// RFC 3986, 2.3.
bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// -1 without one.
int hex_digit(View digit) { return digit.empty() ? -1 : appizer::hex_digit(digit[0]); }

// Whether a hex digit behind `text` would make an escape of a `%` that is none.
bool ends_loosely(const String& text) {
  const std::size_t size = text.size();
  if (size > 0 && text[size - 1] == '%') return true;
  return size > 1 && text[size - 2] == '%' && appizer::hex_digit(text[size - 1]) >= 0;
}

View without_www(View host) { return host.substr(host.starts_with("www.") ? 4 : 0); }

}  // namespace

Url split(View url) {
  Url parts;
  parts.hash = url.substr(is_sanitized(url));
  parts.query = take_until(parts.hash, '#');
  View rest = take_until(parts.query, '?');
  const std::size_t colon = rest.find(':');
  if (colon < rest.find('/')) {
    parts.scheme = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
    if (rest.substr(0, 2) == "//") {
      rest.remove_prefix(2);
      parts.host = rest.substr(0, rest.find('/'));
      rest.remove_prefix(parts.host.size());
      parts.host.remove_prefix(parts.host.rfind('@') + 1);
    } else {
      // Not a place but a content: nothing in it is a path.
      parts.hash = parts.query = rest = {};
    }
  }
  parts.path = rest;
  return parts;
}

bool is_route(View hash) { return hash.starts_with("/") || hash.starts_with("!/"); }

View page_of(const Url& url, Hashes hashes) {
  View hash = url.hash;
  const bool route = is_route(hash);
  if (hashes == Hashes::none || (hashes == Hashes::routes && !route)) return url.path;
  if (route) hash = hash.substr(0, hash.find('?'));
  if (hash.empty() || hash == "/" || hash == "!/") return url.path;
  return url.path + "#" + hash;
}

bool is_same_site(const Url& a, const Url& b) {
  if (a.host.empty() || b.host.empty()) return false;
  const View one = without_www(a.host);
  const View other = without_www(b.host);
  return one == other || one.ends_with("." + other) || other.ends_with("." + one);
}

View normalized(View url) {
  if (url.find('%') == View::npos) return url;
  String& out = scratch();
  for (std::size_t i = 0; i < url.size(); ++i) {
    const int high = url[i] == '%' ? hex_digit(url.substr(i + 1, 1)) : -1;
    const int low = high < 0 ? -1 : hex_digit(url.substr(i + 2, 1));
    if (low < 0) {
      out += url[i];
      continue;
    }
    i += 2;
    const char c = static_cast<char>(high * 16 + low);
    if (is_unreserved(c) && !(appizer::hex_digit(c) >= 0 && ends_loosely(out))) {
      out += c;
    } else {
      out += '%';
      out += kUpperHexDigits[high];
      out += kUpperHexDigits[low];
    }
  }
  return out;
}

View decoded(View text, bool form) {
  String& out = scratch();
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        c = static_cast<char>(high * 16 + low);
        i += 2;
      }
    } else if (c == '+' && form) {
      c = ' ';
    }
    out += c;
  }
  return out;
}

}  // namespace appizer
