#include "url.h"

namespace appizer {
namespace {

// What stands before `end` in `rest`, which then begins behind it.
std::string_view cut_at(std::string_view& rest, char end) {
  const std::size_t at = rest.find(end);
  const std::string_view tail = at < rest.size() ? rest.substr(at + 1) : std::string_view();
  rest = rest.substr(0, at);
  return tail;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = static_cast<char>(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

Url split(std::string_view url) {
  Url parts;
  std::string_view rest = url.substr(url.starts_with(kSanitized));
  parts.hash = cut_at(rest, '#');
  parts.query = cut_at(rest, '?');
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

bool is_route(std::string_view hash) { return hash.starts_with('/') || hash.starts_with("!/"); }

std::string page_of(const Url& url, Hashes hashes) {
  std::string page(url.path);
  std::string_view hash = url.hash;
  const bool route = is_route(hash);
  if (hashes == Hashes::none || (hashes == Hashes::routes && !route)) return page;
  if (route) cut_at(hash, '?');
  if (hash.empty() || hash == "/" || hash == "!/") return page;
  page += '#';
  page += hash;
  return page;
}

std::string decoded(std::string_view text, bool form) {
  std::string out;
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
