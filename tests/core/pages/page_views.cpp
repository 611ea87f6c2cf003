#include "pages/page_views.h"

#include <map>

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

using Lines = std::vector<std::string>;

/// A document: what it shows, and what is recorded of it. Time passes only in `wait`.
struct Document {
  Config config;
  std::string url = "https://x.example/";
  std::string title = "Home";
  std::string referrer;
  double scroll = 50;

  Moment now{1000, 1763928000000};
  Effects effects;
  PageViews views{config};
  std::string landing;
  bool loaded = true;
  std::vector<PageViews::Finding> found;
  std::vector<Moment> when;
  std::vector<std::string> landings;
  PageViews::Finding provisional;
  std::uint32_t watched = 0;
  int looks = 0;
  int measures = 0;

  explicit Document(bool visible = true) {
    config.page_views = true;
    config.visible = visible;
  }

  void drain() {
    while (!effects.empty()) {
      const Effect effect = effects.take();
      if (effect.kind == Effect::watch) watched |= effect.number;
      if (effect.kind != Effect::page_facts) continue;
      ++looks;
      measures += effect.flag;
      PageViews::Findings findings;
      views.handle_page_facts({url, title, referrer, scroll, landing, loaded}, now, findings);
      if (effect.number == 1) scroll = -1;
      for (std::size_t i = 0; i < findings.count; ++i) {
        if (!findings.all[i].landing.empty()) landings.push_back(findings.all[i].landing);
        if (findings.all[i].name.empty()) continue;
        found.push_back(findings.all[i]);
        when.push_back(now);
      }
      provisional = findings.provisional;
    }
  }

  Document& start() {
    views.start(config.visible, now, effects);
    drain();
    return *this;
  }
  /// The visitor clicks on a link.
  Document& click(const std::string& path) { return go(path, {}, true); }
  Document& go(const std::string& path, const std::string& new_title = {}, bool gesture = false) {
    url = path.find("://") != std::string::npos ? path : "https://x.example" + path;
    views.handle_navigation(url, gesture, now, effects);
    drain();
    // As most routers do, which change the URL first.
    if (!new_title.empty()) title = new_title;
    return *this;
  }
  Document& show(bool visible) {
    views.handle_visibility(visible, now, effects);
    drain();
    return *this;
  }
  Document& hide() { return show(false); }
  Document& leave() {
    views.handle_pagehide(effects);
    drain();
    return *this;
  }
  Document& come_back() {
    views.handle_pageshow(now, effects);
    drain();
    return *this;
  }
  Document& wait(Millis time) {
    const Millis end = now.monotonic + time;
    const auto pass = [&](Millis to) {
      now.wall += to - now.monotonic;
      now.monotonic = to;
    };
    while (views.next_wake() <= end) {
      pass(std::max(now.monotonic, views.next_wake()));
      views.advance(now, effects);
      drain();
    }
    pass(end);
    return *this;
  }

  nlohmann::json properties(std::size_t i) const {
    REQUIRE(i < found.size());
    auto all = parsed(found[i].properties);
    REQUIRE(all.is_object());
    return all;
  }
  /// What was recorded, each with its page: "view /", "leave /".
  Lines recorded() const {
    Lines lines;
    for (std::size_t i = 0; i < found.size(); ++i) {
      lines.push_back(std::string(found[i].name.substr(5)) + " " +
                      properties(i)["page"].get<std::string>());
    }
    return lines;
  }
};

}  // namespace

// What counts.

TEST_CASE("the first page is a view", "[page_views]") {
  Document page;
  page.url = "https://x.example/start?utm_source=news&b=2#top";
  page.referrer = "https://search.example/?q=x";
  page.start().wait(1000);
  CHECK(page.recorded() == Lines{"view /start"});
  CHECK(page.properties(0) == parsed(R"({
    "page": "/start", "title": "Home", "referrer": "https://search.example/?q=x",
    "url": "https://x.example/start?utm_source=news&b=2#top", "utm_source": "news"})"));
  CHECK(page.found[0].happened == 1763928000000);
}

TEST_CASE("each page of a single-page app is a view", "[page_views]") {
  Document page;
  page.start()
      .wait(1000)
      .go("/a", "A")
      .wait(1000)
      .go("/b", "B")
      .wait(1000)
      .go("/", "Home")
      .wait(1000);
  CHECK(page.recorded() == Lines{"view /", "view /a", "view /b", "view /"});
}

TEST_CASE("a change of URL within the same page is no view", "[page_views]") {
  const auto [from, to] = GENERATE(table<const char*, const char*>({
      {"/a", "/a"},
      {"/a", "/a?tab=2"},
      {"/a?tab=1", "/a?tab=2"},
      {"/a?tab=1", "/a"},
      {"/a", "/a#reviews"},
      {"/a#reviews", "/a#price"},
      {"/a", "/a#"},
      {"/", "/#/"},
      {"/#/", "/"},
      {"/#/a?x=1", "/#/a?x=2"},
  }));
  CAPTURE(from, to);
  Document page;
  page.url = "https://x.example" + std::string(from);
  page.start().wait(1000).go(to, "Other").wait(1000);
  CHECK(page.recorded().size() == 1);
  CHECK(page.views.next_wake() == kNever);
}

TEST_CASE("a change of path is a view", "[page_views]") {
  const auto [from, to, name] = GENERATE(table<const char*, const char*, const char*>({
      {"/a", "/b", "/b"},
      {"/a", "/a/", "/a/"},
      {"/a", "/a/b?x=1#y", "/a/b"},
      {"/", "/#/a", "/#/a"},
      {"/#/a", "/#/b?x=1", "/#/b"},
      {"/#/a", "/#/", "/"},
      {"/#!/a", "/#!/b", "/#!/b"},
      {"/#/a", "/other#/a", "/other#/a"},
  }));
  CAPTURE(from, to);
  Document page;
  page.url = "https://x.example" + std::string(from);
  page.start().wait(1000).go(to, "Other").wait(1000);
  REQUIRE(page.recorded().size() == 2);
  CHECK(page.recorded()[1] == "view " + std::string(name));
}

TEST_CASE("by option a query makes another page", "[page_views]") {
  Document page;
  page.config.count_query = true;
  page.start().wait(3000);
  page.go("/?tab=1").wait(3000).go("/?tab=2#x").wait(3000).go("/?tab=2#y").wait(3000);
  page.go("/?tab=2#/a").wait(3000).go("/?tab=2#/a?b").wait(3000);
  CHECK(page.recorded() == Lines{"view /", "view /", "view /", "view /#/a", "view /#/a"});
  CHECK(page.properties(2)["url"] == "https://x.example/?tab=2#x");
}

TEST_CASE("by option every hash makes another page, or none", "[page_views]") {
  Document page;
  page.config.count_hash = Hashes::all;
  page.start().wait(3000).go("/#price").wait(3000).go("/#/a").wait(3000).go("/#/a").wait(3000);
  CHECK(page.recorded() == Lines{"view /", "view /#price", "view /#/a"});

  Document none;
  none.config.count_hash = Hashes::none;
  none.start().wait(3000).go("/#/a").wait(3000).go("/b#/a").wait(3000);
  CHECK(none.recorded() == Lines{"view /", "view /b"});
}

// When it counts.

TEST_CASE("a view is of the page that a navigation comes to", "[page_views]") {
  Document page;
  page.start().wait(1000);
  SECTION("a redirect in the same task") {
    page.go("/account").go("/login", "Log in").wait(1000);
    CHECK(page.recorded() == Lines{"view /", "view /login"});
  }
  SECTION("a redirect a little later") {
    page.go("/account")
        .wait(80)
        .go("/login")
        .wait(30)
        .go("/login?next=account", "Log in")
        .wait(1000);
    CHECK(page.recorded() == Lines{"view /", "view /login"});
    CHECK(page.properties(1)["url"] == "https://x.example/login?next=account");
    // Not later for it: the page was there before its query.
    CHECK(page.found[1].happened == 1763928001080);
  }
  SECTION("a redirect from a page without a title") {
    page.go("/old").wait(5);
    page.title = "";
    page.wait(300).go("/login", "Log in").wait(1000);
    CHECK(page.recorded() == Lines{"view /", "view /login"});
  }
  SECTION("a burst") {
    for (int i = 0; i < 50; ++i) page.go("/step/" + std::to_string(i));
    page.wait(3000);
    CHECK(page.recorded() == Lines{"view /", "view /step/49"});
  }
  SECTION("back to where it was") {
    page.go("/a").wait(50).go("/").wait(1000);
    CHECK(page.recorded() == Lines{"view /"});
    CHECK(page.views.next_wake() == kNever);
  }
  SECTION("a query that changes all the time does not put a view off") {
    page.go("/map");
    for (int i = 0; i < 70; ++i) page.go("/map?at=" + std::to_string(i)).wait(50);
    CHECK(page.recorded() == Lines{"view /", "view /map"});
    CHECK(page.found[1].happened == 1763928001000);
  }
  CHECK(page.properties(page.found.size() - 1)["referrer"] ==
        (page.found.size() == 1 ? "" : "https://x.example/"));
}

TEST_CASE("the first page may redirect too, and keeps where the visitor came from",
          "[page_views]") {
  Document page;
  page.referrer = "https://search.example/";
  page.start().wait(50).go("/home").wait(1000);
  CHECK(page.recorded() == Lines{"view /home"});
  CHECK(page.properties(0)["referrer"] == "https://search.example/");
}

TEST_CASE("the title is the new page's, also when it is set later than the URL", "[page_views]") {
  Document page;
  page.start().wait(1000).go("/a");
  SECTION("in the next task") {
    page.wait(5);
    page.title = "A";
    page.wait(1000);
    CHECK(page.when[1].monotonic == 2125);
  }
  SECTION("when its data has come") {
    page.wait(300);
    page.title = "A";
    page.wait(1000);
    CHECK(page.when[1].monotonic == 2500);
  }
  SECTION("when that of the page before is gone") {
    page.wait(5);
    page.title = "";
    page.wait(300);
    page.title = "A";
    page.wait(1000);
    CHECK(page.when[1].monotonic == 2500);
  }
  CHECK(page.properties(page.found.size() - 1)["title"] == "A");
  CHECK(page.found[1].happened == 1763928001000);
  CHECK(page.views.next_wake() == kNever);
}

TEST_CASE("a page that is hidden or left counts at once", "[page_views]") {
  Document page;
  page.start();
  SECTION("hidden") { page.wait(20).hide(); }
  SECTION("left") { page.wait(20).leave(); }
  SECTION("sent by hand") {
    page.wait(20).views.count_pending_now(page.effects);
    page.drain();
  }
  CHECK(page.recorded() == Lines{"view /"});
  CHECK(page.views.next_wake() == kNever);
  page.wait(5000);
  CHECK(page.recorded().size() == 1);
}

TEST_CASE("a page in the background counts when it is first seen", "[page_views]") {
  Document page(false);
  page.start().wait(60000);
  CHECK(page.recorded().empty());
  CHECK(page.views.next_wake() == kNever);
  SECTION("which is then its time") {
    page.show(true).wait(1000);
    CHECK(page.recorded() == Lines{"view /"});
    CHECK(page.found[0].happened == 1763928060000);
  }
  SECTION("also if only for a moment") {
    page.show(true).wait(1).hide().wait(60000).show(true).wait(1000);
    CHECK(page.recorded() == Lines{"view /"});
  }
  SECTION("where it then is") {
    page.go("/a", "A").wait(1000).go("/b", "B").show(true).wait(1000);
    CHECK(page.recorded() == Lines{"view /b"});
    CHECK(page.properties(0)["title"] == "B");
    CHECK(page.properties(0)["referrer"] == "");
  }
  SECTION("and never if it never is") {
    page.views.count_pending_now(page.effects);
    page.drain();
    page.leave().wait(1000);
    CHECK(page.recorded().empty());
  }
}

TEST_CASE("a page that changes in the background counts when it is seen", "[page_views]") {
  Document page;
  page.config.page_leave = true;
  page.start().wait(1000).hide().go("/timeout", "Logged out").wait(60000);
  CHECK(page.recorded() == Lines{"view /"});
  SECTION("seen") {
    page.show(true).wait(1000);
    CHECK(page.recorded() == Lines{"view /", "leave /", "view /timeout"});
    CHECK(page.found[2].happened == 1763928061000);
  }
  SECTION("never seen") {
    page.leave();
    CHECK(page.recorded() == Lines{"view /", "leave /"});
    CHECK(page.found[1].happened == 1763928001000);
  }
  CHECK(page.properties(1)["visible_ms"] == 1000);
}

TEST_CASE("a return from the back/forward cache counts, though the URL is the same",
          "[page_views]") {
  Document page;
  page.referrer = "https://search.example/";
  page.start().wait(1000).leave().hide().wait(60000);
  CHECK(page.recorded() == Lines{"view /"});
  SECTION("shown, then back") { page.show(true).come_back(); }
  SECTION("back, then shown") { page.come_back().show(true).wait(1000); }
  CHECK(page.recorded() == Lines{"view /", "view /"});
  CHECK(page.found[1].happened == 1763928061000);
  // The search engine did not send the visitor a second time.
  CHECK(page.properties(1)["referrer"] == "");
  page.wait(1000).go("/").wait(1000).go("/a").wait(3000);
  CHECK(page.recorded() == Lines{"view /", "view /", "view /a"});
}

TEST_CASE("an idle page sets no timer", "[page_views]") {
  Document page;
  page.start().wait(3000).go("/a").wait(3000);
  const int looks = page.looks;
  CHECK(page.views.next_wake() == kNever);
  page.wait(3600000).hide().show(true).hide();
  CHECK(page.looks == looks);
}

// What a view carries.

TEST_CASE("the referrer of a later view is where the app was", "[page_views]") {
  Document page;
  page.referrer = "https://search.example/";
  page.start().wait(3000).go("/a").wait(3000).go("/a?page=2").wait(3000).go("/b").wait(3000);
  CHECK(page.properties(0)["referrer"] == "https://search.example/");
  CHECK(page.properties(1)["referrer"] == "https://x.example/");
  CHECK(page.properties(2)["referrer"] == "https://x.example/a?page=2");
}

TEST_CASE("title, URL and referrer are bounded", "[page_views]") {
  Document page;
  page.url = "https://user:secret@x.example/" + repeated("p", 5000);
  page.title = repeated("\xC3\xA9", 1000);
  page.referrer = "https://user:secret@y.example/" + repeated("r", 5000);
  page.start().wait(1000);
  const auto properties = page.properties(0);
  CHECK(properties["url"].get<std::string>().size() == kLongestUrl);
  CHECK(properties["referrer"].get<std::string>().size() == kLongestUrl);
  CHECK(properties["page"].get<std::string>().size() < kLongestUrl);
  CHECK(properties["title"] == repeated("\xC3\xA9", 250));
  CHECK_FALSE(contains(page.found[0].properties, "secret"));
}

TEST_CASE("malformed titles and URLs do no harm", "[page_views]") {
  const auto text = GENERATE(values<std::string>(
      {"", "?", "#", "\xFF\xFE", "\"}", "\n", "://", "about:blank", "javascript:alert(1)"}));
  CAPTURE(text);
  Document page;
  page.config.page_leave = true;
  page.url = page.title = page.referrer = text;
  page.start().wait(4000);
  page.go("/a", text).wait(4000).leave();
  for (std::size_t i = 0; i < page.found.size(); ++i) CHECK(page.properties(i).is_object());
  CHECK(page.found.size() == 4);
}

TEST_CASE("where a view arrived is kept for the session", "[page_views]") {
  Document page;
  page.url = "https://x.example/start?gclid=abc";
  page.referrer = "https://search.example/";
  page.start().wait(3000).go("/a").wait(3000);
  REQUIRE(page.landings.size() == 2);
  CHECK(parsed(page.landings[0]) == parsed(R"({
    "url": "https://x.example/start?gclid=abc", "referrer": "https://search.example/",
    "gclid": "abc"})"));
}

// How a view ends.

TEST_CASE("a view ends with the page, with how long and how far it was seen", "[page_views]") {
  Document page;
  page.config.page_leave = true;
  page.url = "https://x.example/a?b";
  page.start().wait(4000).hide().wait(60000).show(true).wait(1500);
  page.scroll = 70.4;
  page.leave();
  CHECK(page.recorded() == Lines{"view /a", "leave /a"});
  CHECK(page.properties(1) == parsed(R"({
    "page": "/a", "title": "Home", "url": "https://x.example/a?b", "visible_ms": 5500, "scroll_percent": 70})"));
  CHECK(page.found[1].happened == 1763928065500);
}

TEST_CASE("a page that is empty when it is first looked at was not seen to its end",
          "[page_views]") {
  Document page;
  page.config.page_leave = true;
  page.scroll = 100;
  page.start().wait(4000);
  page.scroll = 30;  // it is long by now
  SECTION("left") { page.leave(); }
  SECTION("hidden") { page.hide().leave(); }
  SECTION("another view") { page.go("/a").wait(4000).leave(); }
  CHECK(page.properties(1)["scroll_percent"] == 30);
}

TEST_CASE("a view ends where the next begins", "[page_views]") {
  Document page;
  page.config.page_leave = true;
  page.start().wait(3000);
  page.scroll = 80;
  page.go("/a");
  page.scroll = 10;  // of the new page
  page.wait(2000).hide().wait(1000);
  page.scroll = 30;
  page.leave();
  CHECK(page.recorded() == Lines{"view /", "leave /", "view /a", "leave /a"});
  CHECK(page.properties(1)["visible_ms"] == 3000);
  CHECK(page.properties(1)["scroll_percent"] == 80);
  CHECK(page.found[1].happened == page.found[2].happened);
  CHECK(page.properties(3)["visible_ms"] == 2000);
  CHECK(page.properties(3)["scroll_percent"] == 30);
}

TEST_CASE("a page left while its view is pending records view and leave", "[page_views]") {
  Document page;
  page.config.page_leave = true;
  page.start().wait(3000).go("/a", "A").wait(50);
  page.scroll = 20;
  page.leave();
  CHECK(page.recorded() == Lines{"view /", "leave /", "view /a", "leave /a"});
  CHECK(page.properties(1)["visible_ms"] == 3000);
  CHECK(page.properties(1)["scroll_percent"] == 50);
  CHECK(page.properties(3)["visible_ms"] == 50);
  CHECK(page.properties(3)["scroll_percent"] == 20);
}

TEST_CASE("a navigation that is no view leaves time and depth with the page", "[page_views]") {
  Document page;
  page.config.page_leave = true;
  page.start().wait(1000);
  page.scroll = 60;
  page.go("/a").wait(50).go("/").wait(1000);
  page.scroll = 40;
  page.leave();
  CHECK(page.recorded() == Lines{"view /", "leave /"});
  CHECK(page.properties(1)["visible_ms"] == 2050);
  CHECK(page.properties(1)["scroll_percent"] == 60);
}

TEST_CASE("a page that was never seen is not left either", "[page_views]") {
  Document page(false);
  page.config.page_leave = true;
  page.start().wait(1000).leave();
  CHECK(page.recorded().empty());
}

TEST_CASE("a page is left once", "[page_views]") {
  Document page;
  page.config.page_leave = true;
  page.start().wait(1000).leave().leave().hide().wait(1000).show(true).wait(1000);
  CHECK(page.recorded() == Lines{"view /", "leave /"});
  page.come_back().wait(2000).leave();
  CHECK(page.recorded() == Lines{"view /", "leave /", "view /", "leave /"});
  CHECK(page.properties(3)["visible_ms"] == 2000);
}

TEST_CASE("a depth beyond reason is cut to percent", "[page_views]") {
  const auto [scroll, percent] = GENERATE(
      table<double, int>({{0, 0}, {0.4, 0}, {99.4, 99}, {100, 100}, {1e300, 100}, {-5, 0}}));
  Document page;
  page.config.page_leave = true;
  page.scroll = scroll;
  page.start().wait(1000).leave();
  CHECK(page.properties(1)["scroll_percent"] == percent);
}

// Where the document came from.

TEST_CASE("the first view has the campaign of the URL that was navigated to", "[page_views]") {
  Document page;
  page.landing = "https://x.example/?utm_source=news&gclid=1";
  page.referrer = "https://search.example/";
  SECTION("stripped before the script ran") { page.start(); }
  SECTION("stripped while the page loads") {
    page.url = page.landing;
    page.loaded = false;
    page.start().wait(400).go("/");
    page.loaded = true;
  }
  SECTION("replaced by a router") {
    page.url = page.landing;
    page.start().wait(20).go("/home");
  }
  SECTION("stripped in the background, before the page is seen") {
    page.url = page.landing;
    page.show(false).start().go("/").wait(60000).show(true);
  }
  page.wait(1000);
  REQUIRE(page.found.size() == 1);
  CHECK(page.properties(0)["utm_source"] == "news");
  CHECK(page.properties(0)["gclid"] == "1");
  CHECK(page.properties(0)["url"] == page.url);
  CHECK(parsed(page.landings[0]) == parsed(R"({"url": "https://x.example/?utm_source=news&gclid=1",
    "referrer": "https://search.example/", "utm_source": "news", "gclid": "1"})"));
  page.go("/next", "Next").wait(1000);
  CHECK_FALSE(page.properties(1).contains("utm_source"));
}

TEST_CASE("a campaign that only a later URL has belongs to that view", "[page_views]") {
  Document page;
  page.start().wait(1000).go("/a?utm_source=banner", "A").wait(1000);
  CHECK_FALSE(page.properties(0).contains("utm_source"));
  CHECK(page.properties(1)["utm_source"] == "banner");
}

TEST_CASE("the site's own pages are no referrer of a landing", "[page_views]") {
  const auto [referrer, own] = GENERATE(table<const char*, bool>({
      {"https://x.example/cart", true},
      {"https://www.x.example/", true},
      {"https://app.x.example/", true},
      {"https://notx.example/", false},
      {"https://search.example/", false},
      {"", false},
  }));
  CAPTURE(referrer);
  Document page;
  page.referrer = referrer;
  page.start().wait(1000);
  CHECK(page.properties(0)["referrer"] == referrer);
  CHECK(parsed(page.landings[0])["referrer"] == (own ? "" : referrer));
  page.go("/a", "A").wait(1000);
  CHECK(page.properties(1)["referrer"] == "https://x.example/");
  CHECK(parsed(page.landings[1])["referrer"] == "");
}

// Redirect or page?

TEST_CASE("a router that loads for a second before it sets the title gets the new one",
          "[page_views]") {
  Document page;
  page.config.page_leave = true;
  page.start().wait(1000).go("/tea").wait(1200);
  page.title = "Tea";
  page.wait(2000);
  CHECK(page.recorded() == Lines{"view /", "leave /", "view /tea"});
  CHECK(page.properties(1)["title"] == "Home");
  CHECK(page.properties(2)["title"] == "Tea");
  CHECK(page.found[2].happened == 1763928001000);
}

TEST_CASE("a router that swaps the page before it changes the URL gets both titles right",
          "[page_views]") {
  Document page;
  page.config.page_leave = true;
  page.start().wait(1000);
  page.title = "Tea";
  page.go("/tea").wait(3000);
  CHECK(page.properties(1)["title"] == "Home");
  CHECK(page.properties(2)["title"] == "Tea");
}

TEST_CASE("a page that redirects after its request is no view", "[page_views]") {
  Document page;
  page.start().wait(1000).click("/account").wait(1200).go("/login", "Log in").wait(1000);
  CHECK(page.recorded() == Lines{"view /", "view /login"});
}

TEST_CASE("pages that the visitor clicks through all count", "[page_views]") {
  Document page;
  page.config.page_leave = true;
  page.start().wait(1000).click("/a").wait(1000).click("/b").wait(1000).click("/c").wait(3000);
  CHECK(page.recorded() ==
        Lines{"view /", "leave /", "view /a", "leave /a", "view /b", "leave /b", "view /c"});
  CHECK(page.properties(3)["visible_ms"] == 1000);
  CHECK(page.properties(4)["referrer"] == "https://x.example/a");
  CHECK(page.found[4].view == 3);
  CHECK(page.found[5].view == 3);
}

TEST_CASE("a visitor who goes back within a second has seen three pages", "[page_views]") {
  Document page;
  page.start().wait(1000).click("/a").wait(900).click("/").wait(3000);
  CHECK(page.recorded() == Lines{"view /", "view /a", "view /"});
}

TEST_CASE("a click within a page that is pending proves that it was seen", "[page_views]") {
  Document page;
  page.start().wait(4000).go("/about", "About").wait(100);
  page.click("/about?tab=2").wait(100).go("/").wait(4000).leave();
  // The app goes back by itself: without the click it would have been a redirect.
  CHECK(page.recorded() == Lines{"view /", "view /about", "view /"});
}

TEST_CASE("a first page that is still loading waits for its title", "[page_views]") {
  Document page;
  page.loaded = false;
  page.title = "";
  page.start().wait(900);
  page.title = "Loading";
  page.wait(500);
  CHECK(page.recorded().empty());
  page.title = "Home";
  page.loaded = true;
  page.wait(1000);
  CHECK(page.recorded() == Lines{"view /"});
  CHECK(page.properties(0)["title"] == "Home");
}

TEST_CASE("a page without a title counts after the last check", "[page_views]") {
  Document page;
  page.title = "";
  page.start().wait(PageViews::kLastCheck - 1);
  CHECK(page.recorded().empty());
  page.wait(1);
  CHECK(page.recorded() == Lines{"view /"});
}

TEST_CASE("the end of a view has the title that the page had in the end", "[page_views]") {
  Document page;
  page.config.page_leave = true;
  page.start().wait(1000);
  page.title = "(1) Home";
  SECTION("left") { page.leave(); }
  SECTION("for another page of the app") { page.go("/a", "A").wait(1000); }
  CHECK(page.properties(1)["title"] == "(1) Home");
}

// What belongs to which view.

TEST_CASE("what happens belongs to the view of the page where it happens", "[page_views]") {
  Document page;
  page.start();
  CHECK(page.views.current_view() == 1);
  page.wait(1000);
  CHECK(page.views.current_view() == 1);
  page.go("/a");
  CHECK(page.views.current_view() == 2);
  SECTION("a redirect goes on with the view") {
    page.wait(500).go("/b", "B").wait(1000);
    CHECK(page.recorded() == Lines{"view /", "view /b"});
    CHECK(page.found[1].view == 2);
  }
  SECTION("a page where something happened is one, also if the app goes back") {
    page.wait(50).go("/").wait(3000);
    CHECK(page.recorded() == Lines{"view /", "view /a", "view /"});
    CHECK(page.views.current_view() == 3);
  }
}

TEST_CASE("nothing belongs to a view that nobody has seen", "[page_views]") {
  Document page(false);
  page.start().wait(1000);
  CHECK(page.views.current_view() == 0);
  page.show(true);
  CHECK(page.views.current_view() == 1);
  page.wait(1000).hide().go("/timeout", "Logged out");
  CHECK(page.views.current_view() == 1);
}

// What would be lost with the page.

TEST_CASE("a view that is pending is provisional until it is counted", "[page_views]") {
  Document page;
  page.start();
  CHECK(page.views.is_provisional());
  CHECK(page.provisional.name == "page_view");
  CHECK(page.provisional.view == 1);
  page.wait(1000);
  CHECK_FALSE(page.views.is_provisional());
  page.go("/a").wait(50);
  CHECK(page.views.is_provisional());
  page.go("/");
  CHECK_FALSE(page.views.is_provisional());
}

TEST_CASE("the end of a view is provisional while the page is hidden", "[page_views]") {
  Document page;
  page.config.page_leave = true;
  page.start().wait(4500).hide();
  CHECK(page.recorded() == Lines{"view /"});
  REQUIRE(page.views.is_provisional());
  CHECK(page.provisional.name == "page_leave");
  CHECK(parsed(page.provisional.properties)["visible_ms"] == 4500);
  CHECK(page.provisional.happened == 1763928004500);
  SECTION("seen again") {
    page.wait(60000).show(true);
    CHECK_FALSE(page.views.is_provisional());
    page.wait(1000).leave();
    CHECK(page.recorded() == Lines{"view /", "leave /"});
    CHECK(page.properties(1)["visible_ms"] == 5500);
  }
  SECTION("left") {
    page.leave();
    CHECK_FALSE(page.views.is_provisional());
    CHECK(page.recorded() == Lines{"view /", "leave /"});
  }
  SECTION("while the app changes the page in the background") {
    page.wait(1000).go("/timeout", "Logged out").wait(1000);
    CHECK(page.views.is_provisional());
    CHECK(page.provisional.name == "page_leave");
  }
  SECTION("while the app leaves the page in the background, and returns to it") {
    page.wait(1000).go("/timeout").wait(100).go("/").wait(60000);
    REQUIRE(page.views.is_provisional());
    CHECK(page.provisional.name == "page_leave");
    CHECK(parsed(page.provisional.properties)["visible_ms"] == 4500);
    page.show(true);
    CHECK_FALSE(page.views.is_provisional());
  }
}

TEST_CASE("a view is provisional as soon as somebody sees it", "[page_views]") {
  Document page(false);
  page.start().wait(60000);
  CHECK_FALSE(page.views.is_provisional());
  page.show(true);
  CHECK(page.views.current_view() == 1);
  REQUIRE(page.views.is_provisional());
  CHECK(page.provisional.name == "page_view");
  CHECK(page.provisional.view == 1);
}

// What is watched.

TEST_CASE("only what is asked for is watched, measured and recorded", "[page_views]") {
  Document page;
  page.config.page_views = false;
  SECTION("nothing") {
    page.start().go("/a").wait(1000).hide().show(true).leave().come_back();
    CHECK(page.looks == 0);
    CHECK(page.watched == 0);
  }
  SECTION("views") {
    page.config.page_views = true;
    page.start().wait(1000).go("/a").wait(1000).leave();
    CHECK(page.recorded() == Lines{"view /", "view /a"});
    CHECK(page.watched == Effect::navigation);
    CHECK(page.measures == 0);
  }
  SECTION("leaves") {
    page.config.page_leave = true;
    page.start().wait(1000).go("/a").wait(1000).leave();
    CHECK(page.recorded() == Lines{"leave /", "leave /a"});
    CHECK(page.watched == Effect::navigation);
    CHECK(page.measures > 0);
  }
  SECTION("links") {
    page.config.downloads = true;
    page.start().wait(1000).go("/a#b");
    CHECK(page.watched == (Effect::navigation | Effect::links));
    CHECK(page.views.page() == "/a");
    CHECK(page.recorded().empty());
  }
  SECTION("forms, which want to know where a visit began") {
    page.config.form_submits = true;
    page.start().wait(1000);
    CHECK(page.landings.size() == 1);
    CHECK(page.recorded().empty());
    CHECK(page.watched == 0);
  }
}

TEST_CASE("a host without pages is asked for page facts once", "[page_views]") {
  Config config;
  config.page_views = config.page_leave = true;
  PageViews views(config);
  Effects effects;
  views.start(true, {0, 0}, effects);
  while (!effects.empty()) effects.take();
  CHECK(views.next_wake() == kNever);
}
