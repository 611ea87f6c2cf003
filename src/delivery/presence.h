// Whether the page is there, as far as its requests are concerned.
#pragma once

namespace appizer {

/// What happens to a page that is left, and may come back from the back/forward cache:
///
///     here        ─ pagehide ─▶ leaving      what is pending goes out with keepalive
///     leaving     ─ handover ─▶ handed_off   what went out is the browser's now
///     leaving, handed_off ─ visible ─▶ resuming   nothing is sent: a restored page is visible
///                                            before `pageshow` says that it is (HTML, "reactivate
///                                            a document"), and what it sent in between would count
///                                            as handed over, though the page gets the answer
///     any         ─ pageshow ─▶ here
///     handed_off, resuming ─ pagehide ─▶ leaving
enum class Presence { here, leaving, handed_off, resuming };

}  // namespace appizer
