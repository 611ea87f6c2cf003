// URLs: their parts, which page they name, and the one door that every URL passes on its way out.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config.h"

namespace appizer {

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

/// Returns what of a URL may be kept and sent: no user's name and password, no content (`data:`,
/// `blob:`), and at most `kLongestUrl` bytes. Every URL passes through here.
std::string clean_url(std::string_view url);

/// Returns the name of the page: the path, and what of the hash the site says belongs to it. The
/// empty route ("#/") names the same page as no hash.
std::string page_of(const Url& url, Hashes hashes);

/// Undoes percent encoding, and '+' for a space where `form` says so.
std::string decoded(std::string_view text, bool form);

}  // namespace appizer
