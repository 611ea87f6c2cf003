// URLs: their parts, and which page they name. None leaves but through redaction.h.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config.h"

namespace appizer {

/// Stands before a URL that the site itself has cleaned (`sanitizeUrl`). No URL begins so.
constexpr char kSanitized = '\1';

/// The parts of an absolute URL as a browser writes it, without what separates them.
struct Url {
  std::string_view scheme;
  /// With the port, without a user's name and password.
  std::string_view host;
  std::string_view path;
  std::string_view query;
  std::string_view hash;

  bool is_web() const { return scheme == "https" || scheme == "http"; }
};

/// Takes a URL apart. Whatever the text is, nothing worse than empty parts comes of it.
Url split(std::string_view url);

/// Whether a hash is what hash routers write: "/inbox", "!/inbox".
bool is_route(std::string_view hash);

/// Returns the name of the page: the path, and what of the hash the site says belongs to it. The
/// empty route ("#/") names the same page as no hash.
std::string page_of(const Url& url, Hashes hashes);

/// Undoes percent encoding, and '+' for a space where `form` says so.
std::string decoded(std::string_view text, bool form);

}  // namespace appizer
