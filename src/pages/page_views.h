// Which navigations count.
//
// A page view is one page that somebody sees. A change of the URL opens a *pending* view: what it
// comes to is known only later, as routers redirect, and set the title after the URL, some of them
// when a request of a second has been answered. So:
//
// - A change of the URL within `kLastCheck` of another is the same view, still being made, unless a
//   gesture of the visitor came between: then both were pages.
// - The view is counted, with the title that the page then has, as soon as the title is another one
//   than it was when the URL changed; when the page is hidden or left; when a gesture navigates on;
//   or after `kLastCheck`. The document's first view is counted once the document has loaded and
//   has a title.
// - What turns out to be the page that was counted last is no view.
//
// Nothing counts before it is seen: the view of a page in the background is pending until the page
// is visible, and its time is when it was. A page that comes back from the back/forward cache is
// seen anew, whatever its URL.
//
// The document's *landing* is the URL that the browser navigated to, and the referrer, noted before
// a script or a router can have changed the URL: the campaign of the first view is the landing's.
//
// A view ends when the next one begins, or with the page. The time that it was visible is measured
// by the monotonic clock, up to the navigation that ended it, and so is how far it was scrolled.
// As a hidden page may be ended without notice, and a page may crash while its view is pending,
// both the end of a view that is hidden and a view that is pending are *provisional* findings:
// they are to be kept beside the durable queue, until `is_provisional` says otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/moment.h"
#include "base/text.h"
#include "config.h"
#include "effect.h"

namespace appizer {

class PageViews {
 public:
  /// A pending view is looked at after this time, and again each time it has doubled.
  static constexpr Millis kFirstCheck = 125;
  /// The document's first view is not counted earlier, as scripts may redirect at once.
  static constexpr Millis kFirstView = 500;
  /// A pending view counts after this time, whatever its title.
  static constexpr Millis kLastCheck = 3 * kSecond;

  /// The page's facts.
  struct Page {
    View url;
    View title;
    /// Where the document was reached from.
    View referrer;
    /// The lower end of what was in view at the deepest, in percent of the page's height, since it
    /// was last asked to begin anew; negative where nothing is known.
    double scroll = -1;
    /// The URL that the browser navigated to; empty where that is not known.
    View landing = {};
    /// Whether the document has loaded.
    bool loaded = true;
  };

  struct Finding {
    /// "page_view" or "page_leave"; empty for a view that the site does not want as an event.
    View name = {};
    View properties = {};
    /// Wall time.
    Millis happened = 0;
    /// The number of the view in its document, from 1.
    std::uint32_t view = 0;
    /// Of a view: where it arrived, as a JSON object: URL, referrer and campaign. Empty for the end
    /// of one.
    View landing = {};
  };

  /// What the page's facts came to: ends of views and views, in their order.
  struct Findings {
    Finding all[5];
    std::size_t count = 0;
    /// Whose views these are, where the visitor has another id since; empty otherwise.
    View viewer = {};
    /// Not so yet, but it would be if the page ended now; without a name if there is none.
    Finding provisional;

    void add(const Finding& finding) { all[count++] = finding; }
  };

  explicit PageViews(const Config& config) : config_(config) {}

  void start(bool visible, const Moment& now, Effects& effects);

  // Host events. Where they need the page's facts they ask for them; `handle_page_facts` takes the
  // answer.

  /// The URL is another; `gesture` is whether the visitor did something (a click, a key, the
  /// browser's own buttons) since the change before.
  void handle_navigation(View url, bool gesture, const Moment& now, Effects& effects);
  void handle_visibility(bool visible, const Moment& now, Effects& effects);
  void handle_pagehide(Effects& effects);
  void handle_pageshow(const Moment& now, Effects& effects);
  /// What is pending counts now. False if there is nothing.
  bool count_pending_now(Effects& effects);
  void handle_page_facts(const Page& page, const Moment& now, Findings& findings);

  /// Asks for the page's facts when they are due.
  void advance(const Moment& now, Effects& effects);
  /// When `advance` next has something to do.
  Millis next_wake() const { return due_; }

  bool is_pending() const { return stage_ != Stage::none; }
  /// The visitor gets another id: a view that is pending was seen under this one.
  void keep_viewer(View id) {
    if (viewer_.empty() && is_pending()) viewer_ = id;
  }
  /// Whether the last provisional finding still stands.
  bool is_provisional() const { return provisional_; }
  /// Where the page is now, as far as it has said; redacted.
  const String& url() const { return url_; }
  /// The name of the page there.
  View page() const;
  /// The number of the view that was counted last, from 1.
  std::uint32_t counted_view() const { return number_; }
  /// The number of the view that what happens now belongs to; 0 before anything was seen.
  std::uint32_t current_view();
  /// Where a visit that begins now would have arrived, as `Finding::landing`; empty if no page is
  /// known.
  View landing() const;

 private:
  /// A pending view: `opened` before the page's facts are known, then `waiting` to be counted.
  enum class Stage { none, opened, waiting };

  /// What the visitor gave a view.
  struct Stay {
    Millis visible = 0;
    int scroll = 0;
  };

  /// A view that is not counted yet.
  struct Pending {
    Moment began;
    String key;
    String url;
    String referrer;
    /// The document's title when the view was opened.
    String title;
    Stay stay;
    /// Whether the page was visible while it was pending.
    bool seen = false;
    /// Whether the document was there before, as the back/forward cache kept it.
    bool restored = false;
    /// Whether something happened in it: an event that needs a view to belong to, or a gesture.
    bool used = false;
  };

  View key() const;
  void open_view(const Moment& now);
  void add_visible_time(Millis now);
  void resume_view();
  void check_later(Millis now);
  bool is_final(const Page& page, Millis now) const;
  View landing_of(View url, View referrer, bool first) const;
  Finding view_of(const Pending& pending, View title) const;
  Finding leave_of(View title, Millis happened) const;
  void count_view(Pending& pending, View title, Findings& findings);
  void end_view(View title, Millis happened, Findings& findings);

  const Config& config_;
  bool runs_ = false;
  bool visible_ = false;
  bool provisional_ = false;
  /// Whether no view of the document has been counted yet.
  bool first_ = true;
  /// Where the page is now.
  String url_;
  /// The document's landing.
  String landing_url_;
  String landing_referrer_;

  /// The view that was counted last, while it lasts.
  bool has_view_ = false;
  std::uint32_t number_ = 0;
  String key_;
  String counted_url_;
  String counted_title_;
  Stay counted_;

  Stage stage_ = Stage::none;
  Pending pending_;
  String viewer_;
  Millis due_ = kNever;
  /// A pending view that a gesture left: it is counted as soon as the page has said its title.
  bool has_left_ = false;
  Pending left_;

  /// What the next facts are for, besides.
  bool count_now_ = false;
  bool leaving_ = false;
  /// Up to when visible time has been taken.
  Millis visible_until_ = 0;
};

}  // namespace appizer
