#include "url.h"

#include "json.h"

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

// What hash routers write: "#/inbox", "#!/inbox".
bool is_route(std::string_view hash) {
  return hash.substr(0, 1) == "/" || hash.substr(0, 2) == "!/";
}

}  // namespace

Url split(std::string_view url) {
  Url parts;
  std::string_view rest = url;
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

std::string clean_url(std::string_view url) {
  const Url parts = split(url);
  std::string out;
  if (!parts.scheme.empty()) {
    out += parts.scheme;
    out += ':';
    if (url.substr(out.size(), 2) != "//") return out;
    out += "//";
    out += parts.host;
  }
  // From the path on as it stands.
  const char* const path = parts.path.empty() ? nullptr : parts.path.data();
  const std::size_t at =
      path ? static_cast<std::size_t>(path - url.data()) : url.find_first_of("?#");
  if (at < url.size()) out += url.substr(at);
  out.resize(json::clip(out, kLongestUrl).size());
  return out;
}

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
