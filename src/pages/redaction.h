// Redaction: every URL passes here before it is sent.
//
// Behind a name that stands for a secret, or for a way to reach somebody, a parameter's value is
// replaced by `kRedacted`: in the query, in a fragment, in parameters of the path. A name is such a
// one by its words, whatever case and separators it is written in (`user_email`, `userEmail`,
// `X-Amz-Signature`, `user[email]`); the tables are in redaction.cpp. Under any name a value is
// replaced that holds an e-mail address, a JSON Web Token, or such a parameter inside it, as a URL
// in a URL does; so is a piece of the path. So is a fragment that is neither a route nor a word but
// a long random text. Percent encoding, also several layers of it, hides nothing.
//
// Forms that are sent by GET put into the URL what somebody has typed. So the words that keep a
// field of a form from being known (words.h), and those that make it contact data, count here as
// well. Some of these are parameters of many pages: `name`, `company`, `message`. They are redacted
// where there are several of them in one URL, or where the value looks typed, with a capital or
// with spaces. Under any name a value is replaced that is the number of a payment card, an IBAN,
// the number of an identity paper or a telephone number.
//
// Campaign parameters stay: their names are no reason to replace a value.
#pragma once

#include "base/text.h"
#include "config.h"

namespace appizer {

/// What stands in place of a redacted value. No URL parser changes or refuses it, and
/// OpenTelemetry's conventions for `url.full` use the same.
constexpr char kRedacted[] = "REDACTED";

/// Returns what of a URL may be kept and sent: no user's name and password, no secrets, no content
/// (`data:`, `blob:`), and at most `kLongestUrl` bytes. Every URL passes through here. Of one that
/// the site has cleaned nothing is redacted.
View clean_url(View url, const Config& config);

}  // namespace appizer
