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
  effects.page_facts(false);
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

void PageViews::open_view(const Moment& now) {
  stage_ = Stage::opened;
  began_ = now;
  visible_until_ = now.monotonic;
  due_ = kNever;
  pending_ = {};
}

void PageViews::add_visible_time(Millis now) {
  if (visible_) (stage_ == Stage::none ? counted_ : pending_).visible += now - visible_until_;
  visible_until_ = now;
}

void PageViews::handle_navigation(View url, const Moment& now, Effects& effects) {
  if (!runs_) return;
  const View before = scratch(url_);
  url_ = clean_url(url, config_);
  const View here = key();
  const bool settled = stage_ == Stage::none;
  if (!settled && here == pending_key_) return;
  add_visible_time(now.monotonic);
  if (has_view_ && here == key_) {
    resume_view();
    return;
  }
  if (settled) referrer_ = before;
  open_view(now);
  // The old page still stands: routers change the URL first.
  effects.page_facts(settled && config_.page_leave);
}

void PageViews::handle_visibility(bool visible, const Moment& now, Effects& effects) {
  add_visible_time(now.monotonic);
  if (visible == visible_) return;
  visible_ = visible;
  if (stage_ == Stage::none) return;
  if (visible) {
    began_ = now;
    stage_ = Stage::first;
    due_ = now.monotonic + kFirstCheck;
  } else {
    count_now_ = true;
    effects.page_facts(false);
  }
}

bool PageViews::count_pending_now(Effects& effects) {
  if (!visible_ || stage_ == Stage::none) return false;
  count_now_ = true;
  effects.page_facts(false);
  return true;
}

void PageViews::handle_pagehide(Effects& effects) {
  count_now_ = visible_ && stage_ != Stage::none;
  leaving_ = true;
  if (count_now_ || has_view_) effects.page_facts(config_.page_leave);
}

void PageViews::handle_pageshow(const Moment& now, Effects& effects) {
  leaving_ = false;
  if (!runs_) return;
  // Where the visitor was meanwhile, nobody says.
  referrer_.clear();
  open_view(now);
  count_now_ = visible_;
  effects.page_facts(false);
}

void PageViews::advance(const Moment& now, Effects& effects) {
  if (due_ > now.monotonic) return;
  due_ = kNever;
  effects.page_facts(false);
}

void PageViews::handle_page_facts(const Page& page, const Moment& now, Findings& findings) {
  if (!runs_) return;
  add_visible_time(now.monotonic);
  if (url_.empty()) referrer_ = clean_url(page.referrer, config_);
  url_ = clean_url(page.url, config_);
  const bool count_now = std::exchange(count_now_, false);
  if (page.scroll >= 0) {
    const bool of_pending = stage_ != Stage::none && (stage_ != Stage::opened || count_now);
    int& deepest = (of_pending ? pending_ : counted_).scroll;
    deepest = max(deepest, page.scroll < 100 ? static_cast<int>(page.scroll + 0.5) : 100);
  }
  if (stage_ == Stage::opened && !count_now) {
    stage_ = Stage::first;
    title_ = page.title;
    pending_key_ = key();
    if (visible_) due_ = now.monotonic + kFirstCheck;
  } else if (count_now || stage_ == Stage::last ||
             (stage_ == Stage::first && !page.title.empty() && page.title != title_)) {
    count_view(page, findings);
  } else if (stage_ == Stage::first) {
    stage_ = Stage::last;
    due_ = began_.monotonic + kLastCheck;
  }
  if (std::exchange(leaving_, false)) {
    // What is still pending was never seen; the view before it ended when it began.
    end_view(stage_ == Stage::none ? now.wall : began_.wall, findings);
    stage_ = Stage::none;
    due_ = kNever;
  }
  if (findings.count == 0) return;
  findings.viewer = scratch(viewer_);
  viewer_.clear();
}

// The page that was counted last is there again, or still.
void PageViews::resume_view() {
  counted_.visible += pending_.visible;
  counted_.scroll = max(counted_.scroll, pending_.scroll);
  pending_ = {};
  stage_ = Stage::none;
  due_ = kNever;
}

void PageViews::count_view(const Page& page, Findings& findings) {
  const View here = key();
  if (has_view_ && here == key_) {
    resume_view();
    return;
  }
  end_view(began_.wall, findings);
  has_view_ = true;
  key_ = here;
  counted_url_ = url_;
  counted_ = std::exchange(pending_, {});
  stage_ = Stage::none;
  due_ = kNever;

  String& landing = scratch("{");
  json::append_member(landing, "url", url_);
  json::append_member(landing, "referrer", referrer_);
  append_campaign(landing, split(url_));
  landing += '}';
  findings.landing = landing;
  findings.landed = began_.wall;
  if (!config_.page_views) return;
  String& properties = scratch("{");
  json::append_member(properties, "page", this->page());
  json::append_member(properties, "title", json::clip(page.title, kLongestTitle));
  properties += ',';
  properties += landing.substr(1);
  findings.add("page_view", properties, began_.wall);
}

void PageViews::end_view(Millis happened, Findings& findings) {
  if (!std::exchange(has_view_, false) || !config_.page_leave) return;
  String& properties = scratch("{");
  json::append_member(properties, "page", page_of(split(counted_url_), config_.count_hash));
  json::append_member(properties, "url", counted_url_);
  properties += ",\"visible_ms\":";
  json::append_integer(properties, counted_.visible);
  properties += ",\"scroll_percent\":";
  json::append_integer(properties, counted_.scroll);
  properties += '}';
  findings.add("page_leave", properties, happened);
}

}  // namespace appizer
