// Which navigations count.
//
// A page view is one page that somebody sees. Of a change of the URL, the event says when it
// happened; what it came to is known only later: routers redirect, and set the title after the
// URL. So a change makes a *pending* view. It is looked at once after `kFirstCheck`, and counts if
// it has another title by then, as what redirects often has none; else after `kLastCheck`, as it
// is. If the URL changes again before, it is the new one that is pending, from its own time on.
// What turns out to be the page that was counted last is no view.
//
// Nothing counts before it is seen: the view of a page in the background, or of one that is
// prerendered, is pending until the page is visible, and its time is when it was. Once it was seen
// it counts at the latest when the page is hidden or left. A page that comes back from the
// back/forward cache is seen anew, whatever its URL.
//
// A view ends when the next one begins, or with the page. The time that it was visible is measured
// by the monotonic clock, up to the navigation that ended it, and so is how far it was scrolled.
#pragma once

#include <cstddef>
#include <utility>

#include "base/moment.h"
#include "base/text.h"
#include "config.h"
#include "effect.h"

namespace appizer {

class PageViews {
 public:
  static constexpr Millis kFirstCheck = 100;
  static constexpr Millis kLastCheck = 500;

  /// The page's facts.
  struct Page {
    View url;
    View title;
    /// Where the document was reached from.
    View referrer;
    /// The lower end of what was in view at the deepest, in percent of the page's height; negative
    /// where it was not asked for.
    double scroll = -1;
  };

  /// What a look came to: at most the end of one view, another view, and that one's end.
  struct Findings {
    struct Finding {
      View name;
      View properties;
      /// Wall time.
      Millis happened = 0;
    };
    Finding all[3];
    std::size_t count = 0;
    /// Where a view arrived, as a JSON object: URL, referrer and campaign. Empty without a view.
    View landing;
    Millis landed = 0;
    /// Whose views these are, where the visitor has another id since; empty otherwise.
    View viewer;

    void add(View name, View properties, Millis happened) {
      all[count++] = {name, properties, happened};
    }
  };

  explicit PageViews(const Config& config) : config_(config) {}

  void start(bool visible, const Moment& now, Effects& effects);

  // Host events. Where one needs the page's facts, it requests them; `handle_page_facts` takes the
  // answer.

  void handle_navigation(View url, const Moment& now, Effects& effects);
  void handle_visibility(bool visible, const Moment& now, Effects& effects);
  void handle_pagehide(Effects& effects);
  void handle_pageshow(const Moment& now, Effects& effects);
  /// What is pending counts now. False if there is nothing.
  bool count_pending_now(Effects& effects);
  void handle_page_facts(const Page& page, const Moment& now, Findings& findings);

  /// Asks for the look that is due.
  void advance(const Moment& now, Effects& effects);
  /// When `settle` next has something to do.
  Millis next_wake() const { return due_; }

  bool is_pending() const { return stage_ != Stage::none; }
  /// The visitor gets another id: a view that is pending was seen under this one.
  void keep_viewer(View id) {
    if (viewer_.empty() && is_pending()) viewer_ = id;
  }
  /// Where the page is now, as far as it has said; cleaned.
  const String& url() const { return url_; }
  /// The name of the page there.
  View page() const;

 private:
  /// A pending view: `opened` before its first answer, then what the next look is.
  enum class Stage { none, opened, first, last };

  /// What the visitor gave a view.
  struct Stay {
    Millis visible = 0;
    int scroll = 0;
  };

  View key() const;
  void open_view(const Moment& now);
  void add_visible_time(Millis now);
  void resume_view();
  void count_view(const Page& page, Findings& findings);
  void end_view(Millis happened, Findings& findings);

  const Config& config_;
  bool runs_ = false;
  bool visible_ = false;
  /// Where the page is, and where it was before the pending view.
  String url_;
  String referrer_;

  /// The view that was counted last, while it lasts.
  bool has_view_ = false;
  String key_;
  String counted_url_;
  Stay counted_;

  /// The view that is pending.
  Stage stage_ = Stage::none;
  Moment began_;
  String pending_key_;
  String title_;
  Stay pending_;
  String viewer_;
  Millis due_ = kNever;

  /// What the next look is for, besides.
  bool count_now_ = false;
  bool leaving_ = false;
  /// Up to when visible time has been taken.
  Millis visible_until_ = 0;
};

}  // namespace appizer
