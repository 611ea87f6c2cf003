// URLs: their parts, and which page they name. None leaves but through redaction.h.
#pragma once

#include <cstddef>

#include "base/text.h"
#include "config.h"

namespace appizer {

/// Stands before a URL that the site itself has cleaned (`sanitizeUrl`). No URL begins so.
constexpr char kSanitized = '\1';
inline bool is_sanitized(View url) { return !url.empty() && url[0] == kSanitized; }

/// The parts of an absolute URL as a browser writes it, without what separates them.
struct Url {
  View scheme;
  /// With the port, without a user's name and password.
  View host;
  View path;
  View query;
  View hash;

  bool is_web() const { return scheme == "https" || scheme == "http"; }
};

/// Takes a URL apart. Whatever the text is, nothing worse than empty parts comes of it.
Url split(View url);

/// Whether two URLs are of one site: the same host, or one a sub-domain of the other, `www` aside.
bool is_same_site(const Url& a, const Url& b);

/// Returns a URL whose percent encoding is that of every other spelling of it (RFC 3986, 6.2.2):
/// hexadecimal digits in upper case, and nothing encoded that needs no encoding.
View normalized(View url);

/// Whether a hash is what hash routers write: "/inbox", "!/inbox".
bool is_route(View hash);

/// Returns the name of the page: the path, and what of the hash the site says belongs to it. The
/// empty route ("#/") names the same page as no hash.
View page_of(const Url& url, Hashes hashes);

/// Undoes percent encoding, and '+' for a space where `form` says so.
View decoded(View text, bool form);

}  // namespace appizer
