// The names of everything that the SDK keeps in storage, and of its locks.
//
//     appizer.1.4c02f0a7.j.7d3kx8m2pa.e12
//     └────────┬────────┘ │ └───┬────┘ │└─ number of the segment, counted by the document
//            prefix       │  document  └─ lane: e (events), p (users), q (suspects), c (calls)
//                         └─ j: a segment of the durable queue
//
// In lane c the number is a Unix time in milliseconds, and what is under the key is first a call
// that a page made before its client ran, as a JSON object (early_calls.h). It belongs to its page
// until `kEarly` is over; the client that owns it puts a segment of events in its place.
//
// The prefix holds the version of the format and a hash of the server's address and the app's id:
// another app on the same origin, or another version of the format, neither reads nor touches what
// is under it. Beside the segments there are, under the prefix:
//
//     l.<document>   the document's lease: "<until>", or a claim: "<until> <number drawn>"
//     w.e  w.p  w.q  the lane's pause: "<failures> <until> <since>[ <unanswered since>]"
//     s              the session: "<id> <time of the last event>[!][ <landing>]", "!" where it had
//                    just begun, or that it has ended: "- <time>[ <id>]";
//                    under the same key in a cookie too, where the user id is in one
//     f              the first landing of the visitor
//     c              the decision about consent
//     i              another text after each change of the user id in a cookie
//
// Locks (Web Locks) are named <prefix><document>, for the segments of that document, and <prefix>r,
// for the one document that may try a server that failed. An unlock of the prefix alone gives all
// of a document's locks back.
//
// A segment is lines of records, each closed by a line feed:
//
//     9f3c01d2E3!2@"other-app" {"event_name":…
//     └──┬───┘││ │ │           └─ the record's JSON text, without its end (record.h)
//     checksum││ │ └─ its app, as a JSON string, where that is not the client's own
//             ││ └─ how often it alone failed while others passed, if ever
//             │└─ how many records were lost before this one, if any
//             └─ kind: E (event), U (user) or A (alias)
//
// The user id is under a key that the site chooses (`userIdStorageKey`).
#pragma once

#include <cstdint>

#include "base/hash.h"
#include "base/ids.h"
#include "base/moment.h"
#include "base/text.h"

namespace appizer::storage_keys {

constexpr char kSegments[] = "j.";
constexpr char kLeases[] = "l.";
constexpr char kPauseOfEvents[] = "w.e";
constexpr char kPauseOfUsers[] = "w.p";
constexpr char kPauseOfSuspects[] = "w.q";
constexpr char kSession[] = "s";
constexpr char kConsent[] = "c";
constexpr char kIdChange[] = "i";
constexpr char kRecoveryLock[] = "r";
constexpr char kFirstTouch[] = "f";
/// Lanes in the key of a segment.
constexpr char kEvents = 'e';
constexpr char kUsers = 'p';
constexpr char kSuspects = 'q';
constexpr char kCalls = 'c';
constexpr char kLanes[] = "epqc";
/// How long an early call is left to its own page.
constexpr Millis kEarly = 30 * kSecond;

/// The prefix of the space that all documents with the same app and server share; in `scratch`.
inline View prefix_of(View api_base, View app_id) {
  // Also in js-glue/api/early_key.ts.
  const auto hash = fnv1a<std::uint32_t>(api_base + "\n" + app_id);
  String& out = scratch("appizer.1.");
  for (int shift = 24; shift >= 0; shift -= 8) append_hex(out, hash >> shift & 255);
  return out += '.';
}

}  // namespace appizer::storage_keys
