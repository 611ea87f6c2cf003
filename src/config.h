// Defaults and limits.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/json.h"
#include "base/list.h"
#include "base/moment.h"
#include "base/text.h"
#include "hint.h"
#include "status.h"
#include "visitor/consent.h"

namespace appizer {

constexpr char kLibrary[] = "appizer-web";
constexpr char kVersion[] = APPIZER_VERSION;

/// What of a caller's properties is taken. Beyond it they are shortened or left out, and the event
/// says so in `$cut`. The sizes leave every honest event whole and keep a mistake (a DOM node, a
/// response body) from filling the queue.
constexpr json::Limits kPropertyLimits{
    .depth = 16, .values = 1000, .string = 16 * 1024, .name = 255, .size = 256 * 1024};

/// Bytes of an event's name; a longer one is cut.
constexpr std::size_t kLongestName = 255;
/// Bytes of a user id; a longer one is refused.
constexpr std::size_t kLongestUserId = 255;
/// What a site calls a decision about consent, in characters: our own bound.
constexpr std::size_t kLongestDecision = 100;

/// Bytes of a URL, of a page's title, and of any other text of the page's that an automatic event
/// carries; what is longer is cut.
constexpr std::size_t kLongestUrl = 2048;
constexpr std::size_t kLongestTitle = 500;

/// Which hashes belong to the name of a page: those of hash routers ("#/inbox", "#!/inbox"), all,
/// or none.
enum class Hashes { routes, all, none };

/// What becomes of the events of bots (bots.h): they are marked, dropped, or left as they are.
enum class Bots { mark, drop, keep };

/// Where the user id is kept.
enum class Persistence { local_storage, cookie, both, memory };

/// What the site chose (`AppizerWeb.init`). Nothing of it changes after that.
struct Choices {
  String app_id;
  String api_base = "https://api.appizer.com";
  String user_id_storage_key = "appizer_user_id";
  Persistence persistence = Persistence::local_storage;
  bool debug = false;
  /// What `autoEvents` asks for.
  bool page_views = false;
  bool page_leave = false;
  bool session_start = false;
  bool outbound_links = false;
  bool downloads = false;
  bool clicks = false;
  /// What besides the path makes another page.
  bool count_query = false;
  Hashes count_hash = Hashes::routes;
  /// What `autoHook` asks for.
  bool form_submits = false;
  bool form_starts = false;
  /// What holds until a decision is made, or read from storage.
  Consent consent = Consent::granted;
  /// Whether the site itself decided (not "pending"), so that a remembered decision does not count.
  bool consent_given = false;
  /// Keep the decision in storage.
  bool remember_consent = false;
  /// Take Global Privacy Control, Do Not Track as denied where the site has no decision of its own.
  bool respect_gpc = true;
  bool respect_dnt = false;
  /// Nothing is kept anywhere but in memory.
  bool cookieless = false;
  Bots bots = Bots::mark;
  /// Names of further parameters of URLs whose values are redacted (redaction.h).
  List<String> redact_parameters;
  /// Keep what was sent while the page went away until the server has acknowledged it.
  bool confirm_unload = false;
  /// The queue's caps; the oldest goes first.
  std::size_t max_queue_events = 20000;
  std::size_t max_queue_bytes = 4000000;
  /// How long events may wait for a request of their own while the page stays; 0 leaves that to the
  /// delivery.
  Millis flush_interval = 0;
  /// What one event name may do for long, after 10,000 at once (rate_guard.h); infinite: anything.
  double max_events_per_second = 10;
  /// After a burst, the time in which one more request is allowed; a server chooses it (server.h).
  Millis request_interval = 1 * kSecond;
  /// Idle time after which a new session begins.
  Millis session_timeout = 30 * kMinute;
};

/// What the host is. Facts of the start; `online` and `visible` go on in `LiveState`.
struct HostFacts {
  /// The browser's user agent, sent as `ua`; empty where there is none.
  String user_agent;
  /// Whether that, or the browser, says that a bot is at work.
  bool bot = false;
  bool online = true;
  bool visible = true;
  /// Whether the page is prerendered: nobody has opened it yet.
  bool prerendering = false;
  /// Whether the host has locks that all documents of the origin share (Web Locks).
  bool locks = false;
  /// Whether a request can survive the page. Where it cannot, `confirm_unload` is on.
  bool keepalive = true;
  /// What the browser signals: Global Privacy Control, Do Not Track.
  bool gpc = false;
  bool dnt = false;
  /// Whether the site wants to see automatic events before they are recorded.
  bool hooks = false;
  /// Whether the host can leave a request with the browser (`fetchLater`).
  bool fetch_later = false;
  /// Where the page has made early calls (early_calls.h): the name under which they are in storage,
  /// how many, and "<time> <number>" of the one that stands for the first view; empty where there
  /// is none, "-" where another page has taken the view over.
  String document;
  std::size_t kept_calls = 0;
  String early_view;
};

/// What is true right now.
struct LiveState {
  Consent consent = Consent::granted;
  bool online = true;
  bool visible = true;
  /// Whether the page is prerendered and nobody has opened it yet.
  bool prerendering = false;
};

/// What `start` is given.
struct Config : Choices, HostFacts {
  /// Whether events say that a bot made them; whether a bot's events are dropped.
  bool marks_bot() const { return bot && bots == Bots::mark; }
  bool drops_bot() const { return bot && bots == Bots::drop; }

  /// How things stand at the start.
  LiveState live() const { return {consent, online, visible, prerendering}; }

  /// A mistake in the options that does not keep the client from starting.
  struct Problem {
    Hint hint;
    View name;
  };

  /// Reads {"options":{…},"facts":{…}}. Returns what is fatal; adds to `problems` what is not.
  Status read(View text, List<Problem>& problems);
};

}  // namespace appizer
