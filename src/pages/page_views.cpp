#include "pages/page_views.h"

#include "base/compare.h"
#include "base/json.h"
#include "base/text.h"
#include "pages/campaign.h"
#include "pages/redaction.h"
#include "pages/url.h"

namespace appizer {

void PageViews::start(bool visible, const Moment& now, Effects& effects) {
  const bool links = config_.outbound_links || config_.downloads;
  const bool watches = config_.page_views || config_.page_leave || config_.session_start || links;
  // Forms want to know where a visit began.
  runs_ = watches || config_.form_submits;
  if (!runs_) return;
  visible_ = visible;
  open_view(now);
  effects.page_facts(false, false);
  if (watches) effects.watch(Effect::navigation | (links ? Effect::links : 0U));
}

View PageViews::page() const { return page_of(split(url_), config_.count_hash); }

View PageViews::key() const {
  const Url url = split(url_);
  const View page = page_of(url, config_.count_hash);
  if (!config_.count_query) return page;
  String& key = scratch(page);
  key += '?';
  key += url.query;
  // The query of a hash router.
  const std::size_t mark = url.hash.find('?');
  if (mark < url.hash.size()) key += url.hash.substr(mark);
  return key;
}

std::uint32_t PageViews::current_view() {
  if (stage_ == Stage::none || !pending_.seen) return number_;
  pending_.used = true;
  return number_ + 1;
}

View PageViews::landing() const {
  if (url_.empty()) return {};
  return first_ ? landing_of(landing_url_, landing_referrer_, true) : landing_of(url_, {}, false);
}

void PageViews::open_view(const Moment& now) {
  stage_ = Stage::opened;
  pending_.began = now;
  pending_.key.clear();
  pending_.stay = {};
  pending_.seen = pending_.seen || visible_;
  visible_until_ = now.monotonic;
  due_ = kNever;
  provisional_ = false;
}

void PageViews::add_visible_time(Millis now) {
  Stay& stay = stage_ == Stage::none ? counted_ : pending_.stay;
  if (visible_) stay.visible += now - visible_until_;
  visible_until_ = now;
}

void PageViews::handle_navigation(View url, bool gesture, const Moment& now, Effects& effects) {
  if (!runs_) return;
  const View before = scratch(url_);
  url_ = clean_url(url, config_);
  const View here = key();
  const bool returns = has_view_ && here == key_;
  if (stage_ == Stage::none) {
    if (returns) return;
    add_visible_time(now.monotonic);
    pending_ = {};
    pending_.referrer = before;
    open_view(now);
    effects.page_facts(false, true);
    return;
  }
  if (here == pending_.key) {
    pending_.used = pending_.used || (gesture && visible_);
    return;
  }
  add_visible_time(now.monotonic);
  // An event that was tracked there, or a click within it, proves that it was a page.
  const bool was_page = (gesture && visible_) || (returns && pending_.used);
  if (stage_ == Stage::waiting && was_page) {
    pending_.url = before;
    left_ = std::exchange(pending_, {});
    has_left_ = true;
    pending_.referrer = before;
    open_view(now);
    effects.page_facts(false, true);
  } else if (returns) {
    resume_view();
    // The end that storage has was that of a page with another one behind it.
    if (!visible_ && config_.page_leave) effects.page_facts(true, false);
  } else {
    // A redirect.
    open_view(now);
    effects.page_facts(false, false);
  }
}

void PageViews::handle_visibility(bool visible, const Moment& now, Effects& effects) {
  add_visible_time(now.monotonic);
  if (visible == visible_) return;
  visible_ = visible;
  if (visible) {
    provisional_ = false;
    if (stage_ == Stage::none) return;
    pending_.began = now;
    pending_.seen = true;
    due_ = now.monotonic + kFirstCheck;
    // What is tracked from now on joins this view, so that storage has to know of it.
    effects.page_facts(false, false);
  } else if (stage_ != Stage::none || (has_view_ && config_.page_leave)) {
    count_now_ = stage_ != Stage::none;
    effects.page_facts(config_.page_leave, false);
  }
}

bool PageViews::count_pending_now(Effects& effects) {
  if (!visible_ || stage_ == Stage::none) return false;
  count_now_ = true;
  effects.page_facts(false, false);
  return true;
}

void PageViews::handle_pagehide(Effects& effects) {
  count_now_ = visible_ && stage_ != Stage::none;
  leaving_ = true;
  if (count_now_ || has_view_) effects.page_facts(config_.page_leave, false);
}

void PageViews::handle_pageshow(const Moment& now, Effects& effects) {
  leaving_ = false;
  if (!runs_) return;
  // The referrer stays empty: where the visitor was meanwhile is not known.
  pending_ = {};
  pending_.restored = true;
  first_ = false;
  open_view(now);
  count_now_ = visible_;
  effects.page_facts(false, true);
}

void PageViews::advance(const Moment& now, Effects& effects) {
  if (due_ > now.monotonic) return;
  due_ = kNever;
  // How far an unscrolled page is in view is measured once it stands, as a router may have put
  // another in its place by the time that it is left.
  effects.page_facts(config_.page_leave, false);
}

void PageViews::check_later(Millis now) {
  if (!visible_) return;
  const Millis began = pending_.began.monotonic;
  Millis next = kFirstCheck;
  while (next <= now - began) next *= 2;
  due_ = began + min(next, kLastCheck);
}

bool PageViews::is_final(const Page& page, Millis now) const {
  const Millis age = now - pending_.began.monotonic;
  if (age >= kLastCheck || pending_.restored) return true;
  if (page.title.empty()) return false;
  return first_ ? page.loaded && age >= kFirstView : page.title != pending_.title;
}

void PageViews::handle_page_facts(const Page& page, const Moment& now, Findings& findings) {
  if (!runs_) return;
  add_visible_time(now.monotonic);
  const View url = clean_url(page.url, config_);
  if (url_.empty()) {
    landing_referrer_ = clean_url(page.referrer, config_);
    landing_url_ = page.landing.empty() ? url : clean_url(page.landing, config_);
    pending_.referrer = landing_referrer_;
  }
  url_ = url;
  const bool count_now = std::exchange(count_now_, false);
  const bool opens = stage_ == Stage::opened && !count_now;
  if (page.scroll >= 0 && (opens || leaving_ || !visible_)) {
    // Not before the page is left: until somebody scrolls, a page that still grows is seen to its
    // end. When the URL has just changed, the depth is that of the page before.
    Stay& stay = opens && has_left_               ? left_.stay
                 : opens || stage_ == Stage::none ? counted_
                                                  : pending_.stay;
    stay.scroll = max(stay.scroll, page.scroll < 100 ? static_cast<int>(page.scroll + 0.5) : 100);
  }
  if (std::exchange(has_left_, false)) count_view(left_, page.title, findings);
  pending_.url = url_;
  if (opens) {
    stage_ = Stage::waiting;
    pending_.title = page.title;
    pending_.key = key();
    check_later(now.monotonic);
  } else if (stage_ != Stage::none) {
    pending_.key = key();
    if (count_now || (visible_ && is_final(page, now.monotonic))) {
      if (has_view_ && pending_.key == key_ && !pending_.used) {
        resume_view();
      } else {
        stage_ = Stage::none;
        due_ = kNever;
        count_view(pending_, page.title, findings);
      }
    } else {
      check_later(now.monotonic);
    }
  }
  if (stage_ == Stage::none && !count_now && !leaving_) counted_title_ = page.title;
  if (std::exchange(leaving_, false)) {
    // What is still pending was never seen; the view before it ended when it began.
    const bool pending = stage_ != Stage::none;
    end_view(pending ? View(counted_title_) : page.title, pending ? pending_.began.wall : now.wall,
             findings);
    stage_ = Stage::none;
    due_ = kNever;
  } else if (stage_ != Stage::none && pending_.seen && config_.page_views) {
    findings.provisional = view_of(pending_, page.title);
  } else if (!visible_ && has_view_ && config_.page_leave) {
    const bool pending = stage_ != Stage::none;
    findings.provisional = leave_of(pending ? View(counted_title_) : page.title,
                                    pending ? pending_.began.wall : now.wall);
  }
  provisional_ = !findings.provisional.name.empty();
  if (findings.count == 0 && !provisional_) return;
  findings.viewer = scratch(viewer_);
  if (findings.count > 0) viewer_.clear();
}

// The page that was counted last is there again, or still.
void PageViews::resume_view() {
  counted_.visible += pending_.stay.visible;
  counted_.scroll = max(counted_.scroll, pending_.stay.scroll);
  pending_ = {};
  stage_ = Stage::none;
  due_ = kNever;
  provisional_ = false;
}

// Where the URL is another than that of the landing, the campaign can be in either.
View PageViews::landing_of(View url, View referrer, bool first) const {
  String& landing = scratch("{");
  json::append_member(landing, "url", url);
  // Not the site's own pages: a session that begins on an internal link was reached from nowhere.
  json::append_member(landing, "referrer",
                      is_same_site(split(referrer), split(url)) ? View() : referrer);
  const std::size_t size = landing.size();
  append_campaign(landing, split(url));
  if (first && landing.size() == size) append_campaign(landing, split(url_));
  landing += '}';
  return landing;
}

PageViews::Finding PageViews::view_of(const Pending& pending, View title) const {
  const View landing = first_ ? landing_of(landing_url_, pending.referrer, true)
                              : landing_of(pending.url, pending.referrer, false);
  Finding view{.happened = pending.began.wall, .view = number_ + 1, .landing = landing};
  if (!config_.page_views) return view;
  String& properties = scratch("{");
  json::append_member(properties, "page", page_of(split(pending.url), config_.count_hash));
  json::append_member(properties, "title", json::clip(title, kLongestTitle));
  json::append_member(properties, "url", pending.url);
  json::append_member(properties, "referrer", pending.referrer);
  List<json::Member> members;
  json::members(landing, members);
  for (const json::Member& member : members) {
    if (member.name == "url" || member.name == "referrer") continue;
    properties += ',';
    json::append_string(properties, member.name);
    properties += ':';
    properties += member.value;
  }
  properties += '}';
  view.name = "page_view";
  view.properties = properties;
  return view;
}

PageViews::Finding PageViews::leave_of(View title, Millis happened) const {
  String& properties = scratch("{");
  json::append_member(properties, "page", page_of(split(counted_url_), config_.count_hash));
  json::append_member(properties, "title", json::clip(title, kLongestTitle));
  json::append_member(properties, "url", counted_url_);
  properties += ",\"visible_ms\":";
  json::append_integer(properties, counted_.visible);
  properties += ",\"scroll_percent\":";
  json::append_integer(properties, counted_.scroll);
  properties += '}';
  return {.name = "page_leave", .properties = properties, .happened = happened, .view = number_};
}

void PageViews::count_view(Pending& pending, View title, Findings& findings) {
  // A router that changes the URL first left the old page's title for us to see then. Where the
  // title has not changed since, it may have been the new page's already.
  const View left = title == pending.title ? View(counted_title_) : View(pending.title);
  end_view(left, pending.began.wall, findings);
  findings.add(view_of(pending, title));
  has_view_ = true;
  first_ = false;
  ++number_;
  key_ = pending.key;
  counted_url_ = pending.url;
  counted_title_ = title;
  counted_ = pending.stay;
  if (&pending == &pending_) pending_ = {};
}

void PageViews::end_view(View title, Millis happened, Findings& findings) {
  if (!std::exchange(has_view_, false) || !config_.page_leave) return;
  findings.add(leave_of(title, happened));
}

}  // namespace appizer
