#include "capture/forms.h"

#include "catch.hpp"
#include "client.h"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

using Input = Forms::Input;
using Lines = std::vector<std::string>;

struct Control {
  std::string type = "text";
  std::string name = {};
  std::string value = {};
  std::string key = {};
  std::string autocomplete = {};
  std::string label = {};
  bool ignored = false;
};

struct Form {
  std::string id;
  std::string name = "newsletter";
  std::string action = "https://x.example/subscribe";
  std::string method = "post";
  std::string wish;
  std::string app;
  std::vector<Control> controls = {{"email", "email", "ada@example.com"}};
  std::string submitter = {};
  /// The same for all submissions of one form; 0 where that is not known.
  int number = 0;

  std::string facts(const std::string& url) const {
    std::string text;
    for (const auto& part : {id, name, action, method, wish, app}) text += part + '\0';
    text += url + '\0' + submitter;
    for (const Control& one : controls) {
      for (const auto& part : {one.type, one.name, one.autocomplete, one.name + "|", one.label,
                               std::string(), std::string(), one.key}) {
        text += '\0' + part;
      }
      text += '\0';
      if (one.ignored) text += '1';
    }
    return text;
  }
};

/// After a request: the page may yet refuse, and is looked at once more.
constexpr Millis kUntilCounted = Forms::kSettle + kSecond;
constexpr int kSent = Forms::sent;
constexpr int kValid = Forms::valid;

/// A page with forms: what is asked of it, and what was recorded. Time passes only in `wait`.
struct Page {
  Config config;
  std::string url = "https://x.example/pricing?plan=1";
  Moment now{1000, 1763928000000};
  Effects effects;
  Forms forms{config};
  std::vector<Forms::Finding> found;
  /// The fields whose values were asked for, one line for each submission.
  Lines asked;
  /// The submissions that were looked at, and those that are settled.
  std::vector<std::uint32_t> looked;
  std::vector<std::uint32_t> settled;
  Lines hints;
  /// What a look finds out.
  bool moved = false;
  int sign = Forms::gone;
  /// The page has marked a field since.
  bool refused = false;
  std::uint32_t last = 0;

  Page() { config.form_submits = true; }

  void drain(const Form& form = {}) {
    while (!effects.empty()) {
      const Effect effect = effects.take();
      if (effect.kind == Effect::form_values) {
        asked.push_back(effect.text);
        std::string values;
        std::size_t at = 0;
        for (const std::string& text = effect.text; at < text.size();) {
          const std::size_t end = std::min(text.find(' ', at), text.size());
          if (at > 0) values += '\0';
          values += form.controls.at(std::stoul(text.substr(at, end - at))).value;
          at = end + 1;
        }
        hear(Input::values, effect.number, 0, values);
      } else if (effect.kind == Effect::form_check) {
        (effect.flag ? looked : settled).push_back(effect.number);
        now.monotonic += effect.flag;  // the clocks go on
        now.wall += effect.flag;
        if (effect.flag) hear(Input::ended, effect.number, refused ? 0 : kValid);
        if (effect.flag && moved) hear(Input::handled, effect.number, sign);
      } else if (effect.kind == Effect::hint) {
        hints.push_back(std::to_string(effect.number) + " " + effect.text);
      }
    }
    Forms::Finding finding;
    while (forms.take(finding)) found.push_back(std::move(finding));
  }
  void hear(Input news, std::uint32_t id, double detail = 0, std::string_view text = {}) {
    forms.handle_input(news, id, detail, text, now, effects);
  }

  std::uint32_t begin(const Form& form = {}) {
    hear(Input::submits, ++last, form.number, form.facts(url));
    drain(form);
    return last;
  }
  Page& end(std::uint32_t id, int how) {
    hear(Input::ended, id, how);
    drain();
    return *this;
  }
  /// Submits a form, and all handlers have run.
  std::uint32_t submit(const Form& form, int how = kSent | kValid) {
    const std::uint32_t id = begin(form);
    end(id, how);
    return id;
  }
  std::uint32_t prevented(const Form& form = {}) { return submit(form, kValid); }
  /// A request that was not refused; `before` is when others to the same place began.
  Page& request(std::uint32_t id, double after,
                std::string_view to = "https://x.example/api/subscribe",
                const std::string& status = "200", const std::string& before = "") {
    hear(Input::request, id, after, std::string(to) + '\0' + status + '\0' + before);
    drain();
    return *this;
  }
  Page& handled(std::uint32_t id, int how = Forms::reset) {
    hear(Input::handled, id, how);
    drain();
    return *this;
  }
  Page& begun(const Form& form = {}) {
    hear(Input::begun, ++last, 0, form.facts(url));
    drain();
    return *this;
  }
  Page& leave() {
    forms.handle_pagehide(now, effects);
    drain();
    return *this;
  }
  Page& wait(Millis time) {
    const Millis end = now.monotonic + time;
    const auto pass = [&](Millis to) {
      now.wall += to - now.monotonic;
      now.monotonic = to;
    };
    while (forms.next_wake() <= end) {
      pass(std::max(now.monotonic, forms.next_wake()));
      forms.advance(now, effects);
      drain();
    }
    pass(end);
    return *this;
  }

  bool asleep() const { return forms.next_wake() == kNever; }
  std::size_t count() const { return found.size(); }
  nlohmann::json properties(std::size_t i = 0) const { return parsed(found.at(i).properties); }
  nlohmann::json user(std::size_t i = 0) const { return parsed("{" + found.at(i).user + "}"); }
  nlohmann::json origin(std::size_t i = 0) const { return parsed("{" + found.at(i).origin + "}"); }
};

Form with(std::vector<Control> controls) {
  Form form;
  form.controls = std::move(controls);
  return form;
}

}  // namespace

TEST_CASE("a form that the browser submits counts as soon as the handlers have run", "[forms]") {
  Page page;
  const auto id = page.begin();
  CHECK(page.count() == 0);
  page.end(id, kSent | kValid);
  CHECK(page.count() == 1);
  CHECK(page.settled == std::vector{id});
  CHECK(page.asleep());
  page.wait(kHour);
  CHECK(page.looked.empty());
  CHECK(page.count() == 1);
}

TEST_CASE("a native submission counts, valid or not", "[forms]") {
  Page page;  // novalidate
  page.submit({}, kSent);
  CHECK(page.count() == 1);
}

TEST_CASE("a form that was cancelled, and nothing else, does not count", "[forms]") {
  Page page;
  const auto id = page.prevented();
  CHECK(page.settled.empty());
  page.wait(Forms::kWindow - 1);
  CHECK(page.looked.empty());
  page.wait(1);
  CHECK(page.looked == std::vector{id});
  CHECK(page.settled.empty());
  page.wait(Forms::kLongestRequest);
  CHECK(page.settled == std::vector{id});
  CHECK(page.count() == 0);
  CHECK(page.asleep());
}

TEST_CASE("a form handled by script counts once the page shows it", "[forms]") {
  Page page;
  SECTION("by a request") { page.request(page.prevented(), 20); }
  SECTION("by a request that began at once") { page.request(page.prevented(), 0); }
  SECTION("by a request at the last moment") { page.request(page.prevented(), 2000); }
  SECTION("by a reset") { page.handled(page.prevented()); }
  SECTION("by another URL, or by the form's removal") {
    page.moved = true;
    page.prevented();
    page.wait(Forms::kWindow);
  }
  SECTION("by leaving") {
    page.prevented();
    page.wait(Forms::kWindow / 2);
    page.leave();
  }
  SECTION("by a request that is answered late") {
    const auto id = page.prevented();
    page.wait(Forms::kLongestRequest - 1);
    page.request(id, 1500);
  }
  SECTION("by a reset, before the handlers have run") {
    const auto id = page.begin();
    page.handled(id);
    CHECK(page.count() == 0);
    page.end(id, kValid);
  }
  SECTION("by a request that was answered before the handlers had run") {
    const auto id = page.begin();
    page.request(id, 0);
    page.end(id, kValid);
  }
  page.wait(kUntilCounted);
  REQUIRE(page.count() == 1);
  CHECK(page.found[0].happened == 1763928000000);
  page.wait(kHour).leave();
  CHECK(page.count() == 1);
  CHECK(page.asleep());
}

TEST_CASE("signals that do not show that a script handled a form", "[forms]") {
  Page page;
  SECTION("a request that began before") { page.request(page.prevented(), -0.1); }
  SECTION("a request that began too late") { page.request(page.prevented(), 2000.1); }
  SECTION("no time at all") { page.request(page.prevented(), std::nan("")); }
  SECTION("the SDK's own requests") {
    const auto id = page.prevented();
    page.request(id, 20, "https://api.appizer.com/v1/events");
    page.request(id, 20, "https://api.appizer.com/v1/events/batch");
    page.request(id, 20, "https://api.appizer.com/v1/users");
    page.request(id, 20, "https://api.appizer.com/v1/users/aliases");
  }
  SECTION("requests of analytics tools") {
    const auto id = page.prevented();
    page.request(id, 20, "https://www.google-analytics.com/g/collect?v=2");
    page.request(id, 20, "https://region1.analytics.google.com/g/collect");
    page.request(id, 20, "https://eu.i.posthog.com/e/");
    page.request(id, 20, "https://www.facebook.com/tr/");
    page.request(id, 20, "https://o1.ingest.sentry.io/api/1/envelope/");
  }
  SECTION("a reset too late") {
    const auto id = page.prevented();
    page.wait(Forms::kWindow + kSecond);
    page.handled(id);
  }
  SECTION("leaving too late") {
    page.prevented();
    page.wait(Forms::kWindow + 1);
    page.leave();
  }
  SECTION("a request that is answered too late") {
    const auto id = page.prevented();
    page.wait(Forms::kLongestRequest);
    page.request(id, 20);
  }
  SECTION("an event of another submission") {
    page.prevented();
    page.request(99, 20).handled(98);
  }
  page.wait(kHour);
  CHECK(page.count() == 0);
  CHECK(page.asleep());
}

TEST_CASE("a site whose own API is behind the same address is not mistaken for the SDK",
          "[forms]") {
  Page page;
  page.config.api_base = "https://x.example";
  page.request(page.prevented(), 20, "https://x.example/v1/events");
  CHECK(page.count() == 0);
  page.request(page.prevented(), 20, "https://x.example/v1/subscribe").wait(kUntilCounted);
  CHECK(page.count() == 1);
}

TEST_CASE("a site's own address may contain the name of an analytics tool", "[forms]") {
  Page page;
  page.request(page.prevented(), 20, "https://x.example/api/mixpanel.com?to=posthog.com");
  page.wait(kUntilCounted);
  CHECK(page.count() == 1);
}

TEST_CASE("a form that is not valid does not count, whatever the page does", "[forms]") {
  Page page;
  const auto id = page.begin();
  SECTION("before") { page.request(id, 1).handled(id); }
  SECTION("after") {}
  page.end(id, 0);
  CHECK(page.settled == std::vector{id});
  page.request(id, 20).handled(id).leave();
  CHECK(page.count() == 0);
  CHECK(page.asleep());
}

TEST_CASE("a form that the browser does not send counts only where a script handles it",
          "[forms]") {
  Page page;
  Form form;
  SECTION("a dialog's form") { form.method = "dialog"; }
  SECTION("an action that is script") { form.action = "javascript:void(0)"; }
  page.submit(form);
  page.wait(kHour);
  CHECK(page.count() == 0);
  page.request(page.submit(form), 20).wait(kUntilCounted);
  CHECK(page.count() == 1);
}

TEST_CASE("a submission that never ends is forgotten", "[forms]") {
  Page page;
  const auto id = page.begin();
  SECTION("in time") { page.wait(Forms::kLongestRequest); }
  SECTION("with the page") { page.leave(); }
  CHECK(page.settled == std::vector{id});
  CHECK(page.count() == 0);
  CHECK(page.asleep());
  page.end(id, kSent | kValid);
  CHECK(page.count() == 0);
}

TEST_CASE("the same content of the same form counts once in ten seconds", "[forms]") {
  Page page;
  page.submit({});
  page.wait(Forms::kRepeat - 1);
  page.submit({});
  CHECK(page.count() == 1);
  page.wait(1);
  page.submit({});
  CHECK(page.count() == 2);
}

TEST_CASE("the ten seconds run from what counted, not from the last click", "[forms]") {
  Page page;
  for (int click = 0; click < 10; ++click) {
    page.submit({});
    page.wait(4 * kSecond);
  }
  CHECK(page.count() == 4);  // at 0, 12, 24 and 36 s
}

TEST_CASE("other content, or another form, is no repeat", "[forms]") {
  Page page;
  page.submit({});
  Form other;
  SECTION("another value") { other.controls[0].value = "bob@example.com"; }
  SECTION("another name") { other.name = "footer"; }
  SECTION("another id") { other.id = "footer"; }
  SECTION("another action") { other.action = "https://x.example/other"; }
  SECTION("another app") { other.app = "other"; }
  SECTION("another page") { page.url = "https://x.example/other"; }
  SECTION("another field") { other.controls.push_back({"text", "city", "Paris"}); }
  page.submit(other);
  CHECK(page.count() == 2);
}

TEST_CASE("a value that may not be read does not make different content", "[forms]") {
  Page page;
  Form form;
  form.controls.push_back({"text", "comment", "first"});
  page.submit(form);
  form.controls[1].value = "second";
  page.submit(form);
  CHECK(page.count() == 1);
}

TEST_CASE("a handler that sends the form itself makes one submission of two", "[forms]") {
  Page page;
  const auto event = page.begin();
  const auto call = page.begin();  // form.submit() in the handler
  page.end(event, kValid);
  page.end(call, kSent | kValid);
  page.leave();
  CHECK(page.count() == 1);
}

TEST_CASE("a second click while the first is being handled is a repeat", "[forms]") {
  Page page;
  const auto first = page.prevented();
  page.wait(300);
  const auto second = page.prevented();
  page.request(first, 10).request(second, 310).wait(kUntilCounted);
  CHECK(page.count() == 1);
  page.wait(kHour);
  CHECK(page.count() == 1);
}

TEST_CASE("the second click counts where the first was cancelled", "[forms]") {
  Page page;
  page.prevented();
  page.wait(5 * kSecond);
  page.request(page.prevented(), 10).wait(kUntilCounted);
  REQUIRE(page.count() == 1);
  CHECK(page.found[0].happened == 1763928005000);
}

TEST_CASE("a submission that began earlier and is confirmed later is a repeat as well", "[forms]") {
  Page page;
  const auto first = page.prevented();
  page.wait(500);
  page.submit({});
  page.request(first, 100).wait(kUntilCounted);
  CHECK(page.count() == 1);
}

TEST_CASE("several forms at once are kept apart", "[forms]") {
  Page page;
  Form one;
  Form two;
  two.name = "contact";
  const auto first = page.begin(one);
  const auto second = page.begin(two);
  page.end(second, kSent | kValid).end(first, kValid);
  REQUIRE(page.count() == 1);
  CHECK(page.properties()["form_name"] == "contact");
  page.request(first, 20).wait(kUntilCounted);
  REQUIRE(page.count() == 2);
  CHECK(page.properties(1)["form_name"] == "newsletter");
}

TEST_CASE("of very many at once the oldest are given up", "[forms]") {
  Page page;
  std::vector<std::uint32_t> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(page.begin(with({{"email", "e" + std::to_string(i)}})));
  CHECK(page.settled == std::vector(all.begin(), all.begin() + 12));
  for (const auto id : all) page.end(id, kSent | kValid);
  CHECK(page.count() == 8);
}

TEST_CASE("forms that ask for an address are watched, others where they are marked", "[forms]") {
  struct Row {
    const char* wish;
    std::vector<Control> controls;
    bool watched;
  };
  const auto [wish, controls, watched] = GENERATE(values<Row>({
      {"", {{"email", "x"}}, true},
      {"", {{"text", "email"}}, true},
      {"", {{"text", "x", "", "email"}}, true},
      {"", {{"text", "x", "", "", "", "e-mail"}}, true},
      {"", {{"text", "name"}, {"email", "x"}}, true},
      {"", {}, false},
      {"", {{"text", "q"}}, false},
      {"", {{"password", "email"}}, false},
      {"", {{"hidden", "email"}}, false},
      {"", {{"tel", "phone"}, {"text", "name"}}, false},
      {"", {{"email", "x", "", "", "", "", true}}, false},
      {"true", {}, true},
      {"true", {{"text", "q"}}, true},
      {"false", {{"email", "x"}}, false},
      {"yes", {{"email", "x"}}, true},  // no wish that is known
      {"yes", {{"text", "q"}}, false},
  }));
  Form form;
  form.wish = wish;
  form.controls = controls;
  Page page;
  page.submit(form);
  CAPTURE(wish, form.facts(""));
  CHECK(page.count() == (watched ? 1 : 0));
  CHECK(page.asked.size() == (watched ? 1 : 0));
}

TEST_CASE("only permitted field values are asked for", "[forms]") {
  Page page;
  page.submit(with({
      {"email", "email"},                  // 0
      {"password", "password"},            // 1
      {"text", "card_number"},             // 2
      {"textarea", "message"},             // 3
      {"text", "name"},                    // 4
      {"checkbox", "terms"},               // 5
      {"tel", "phone"},                    // 6
      {"select-one", "plan", "", "plan"},  // 7
      {"text", "city"},                    // 8
      {"hidden", "csrf", "", "csrf"},      // 9
  }));
  CHECK(page.asked == Lines{"0 4 6 7"});
}

TEST_CASE("contact data of a form becomes a user record", "[forms]") {
  Page page;
  page.submit(with({
      {"email", "email", " ada@example.com "},
      {"tel", "phone", "+44 20 7183 8750"},
      {"text", "first_name", "Ada"},
      {"text", "last_name", "Lovelace"},
      {"text", "company", "Analytical Engines \"Ltd\""},
      {"text", "x", "gold", "plan"},
      {"number", "x", "12.5", "team_size"},
      {"number", "x", "", "nothing"},
      {"range", "x", "3", "mood"},
      {"checkbox", "x", "1", "newsletter"},
      {"checkbox", "x", "", "calls"},
      {"radio", "x", "", "term"},
      {"radio", "x", "yearly", "term"},
      {"radio", "x", "", "term"},
      {"text", "city", "London"},
  }));
  REQUIRE(page.count() == 1);
  CHECK(page.user() == parsed(R"({
    "email": "ada@example.com",
    "phone": "+44 20 7183 8750",
    "properties": {
      "first_name": "Ada",
      "last_name": "Lovelace",
      "organisation": "Analytical Engines \"Ltd\"",
      "plan": "gold",
      "team_size": 12.5,
      "mood": 3,
      "newsletter": true,
      "calls": false,
      "term": "yearly"
    }
  })"));
  CHECK(page.origin() == parsed(R"({
    "channel": "web", "page": "/pricing", "label": "newsletter"
  })"));
}

TEST_CASE("one ticked box of a group is enough", "[forms]") {
  const auto [first, second, ticked] = GENERATE(table<std::string, std::string, bool>(
      {{"", "", false}, {"1", "", true}, {"", "1", true}, {"1", "1", true}}));
  Page page;
  page.submit(with(
      {{"email", "email"}, {"checkbox", "x", first, "news"}, {"checkbox", "x", second, "news"}}));
  CHECK(page.user()["properties"]["news"] == ticked);
}

TEST_CASE("a single unticked box is false", "[forms]") {
  Page page;
  Form form = with({{"checkbox", "x", "", "news"}});
  form.wish = "true";
  page.submit(form);
  CHECK(page.user() == parsed(R"({"properties": {"news": false}})"));
}

TEST_CASE("a ticked checkbox named email is not taken for an email address", "[forms]") {
  Page page;
  page.submit(with({{"checkbox", "x", "1", "email"}}));
  CHECK(page.user() == parsed("{}"));
}

TEST_CASE("of several fields for one thing, a marked one counts, or the first that is usable",
          "[forms]") {
  Page page;
  SECTION("first") {
    page.submit(with({{"email", "email", "ada@example.com"}, {"email", "confirm", "bob@x.org"}}));
  }
  SECTION("usable") {
    page.submit(with({{"text", "email", "ada"}, {"email", "confirm", "ada@example.com"}}));
  }
  SECTION("filled in") {
    page.submit(with({{"email", "email", ""}, {"email", "billing", "ada@example.com"}}));
  }
  SECTION("marked") {
    page.submit(with({{"email", "work", "bob@x.org"}, {"text", "x", "ada@example.com", "email"}}));
  }
  CHECK(page.user() == parsed(R"({"email": "ada@example.com"})"));
}

TEST_CASE("the field beside it decides what a field called name means", "[forms]") {
  struct Row {
    std::vector<Control> controls;
    const char* properties;
  };
  const auto [controls, properties] = GENERATE(values<Row>({
      {{{"text", "name", "A"}}, R"({"full_name":"A"})"},
      {{{"text", "nombre", "A"}, {"text", "apellidos", "B"}},
       R"({"first_name":"A","last_name":"B"})"},
      {{{"text", "name", "B"}, {"text", "vorname", "A"}}, R"({"first_name":"A","last_name":"B"})"},
      {{{"text", "nom", "B"}, {"text", "prenom", "A"}}, R"({"first_name":"A","last_name":"B"})"},
      {{{"text", "name", "C"}, {"text", "first_name", "A"}, {"text", "last_name", "B"}},
       R"({"full_name":"C","first_name":"A","last_name":"B"})"},
  }));
  Form form = with(controls);
  form.wish = "true";
  Page page;
  page.submit(form);
  CHECK(page.user()["properties"] == parsed(properties));
}

TEST_CASE("no denied value leaves a form", "[forms]") {
  Page page;
  page.submit(with({
      {"email", "email", "not an address"},
      {"tel", "phone", "4111 1111 1111 1111"},
      {"text", "name", "4111111111111111"},
      {"text", "company", "line\nline"},
      {"text", "x", "123456789012", "account"},
      {"text", "x", repeated("long ", 100), "story"},
  }));
  CHECK(page.found.at(0).user.empty());
}

TEST_CASE("values that were not asked for are ignored", "[forms]") {
  const auto told = GENERATE(values<std::string>(
      {"", "ada@example.com", std::string("ada@example.com\0x\0y", 19), std::string("\0\0\0", 3)}));
  Page page;
  const Form form = with({{"email", "email"}, {"text", "name"}});
  page.hear(Input::submits, 1, 0, form.facts(page.url));
  page.effects.take();
  page.hear(Input::values, 1, 0, told);
  page.end(1, kSent);
  CHECK(page.found.at(0).user.empty());
}

TEST_CASE("the event says which form it was, and names its fields", "[forms]") {
  Page page;
  Form form = with({
      {"email", "email", "ada@example.com"},
      {"password", "password", "secret"},
      {"text", "card_number", "4111111111111111"},
      {"text", "city", "London"},
      {"radio", "term", "yearly"},
      {"radio", "term", "monthly"},
      {"text", "", "nameless"},
      {"textarea", "message", "dear"},
      {"hidden", "csrf", "token"},
      {"submit", "go", "Go"},
      {"text", "city", "again", "", "", "", true},
      {"text", "user[ada@example.com]", "x"},
      {"text", repeated("n", 101), "x"},
  });
  form.id = "signup";
  page.submit(form);
  CHECK(page.found.at(0).event == "form_submit");
  CHECK(page.properties() == parsed(R"({
    "form_id": "signup",
    "form_name": "newsletter",
    "form_action": "https://x.example/subscribe",
    "page": "/pricing",
    "field_names": ["email", "city", "term", "message"]
  })"));
}

TEST_CASE("the event leaves out what a form does not have", "[forms]") {
  Page page;
  Form form = with({});
  form.name = form.action = "";
  form.wish = "true";
  page.url = "";
  page.submit(form);
  CHECK(page.properties() == parsed(R"({"field_names": []})"));
  CHECK(page.origin() == parsed(R"({"channel": "web"})"));
}

TEST_CASE("secrets in a form's action are redacted", "[forms]") {
  const auto [action, sent] = GENERATE(table<std::string, std::string>({
      {"https://x.example/a?token=1#b", "https://x.example/a"},
      {"https://x.example/a#b", "https://x.example/a"},
      {"https://ada:secret@x.example/a", "https://x.example/a"},
      {"javascript:send('secret')", "javascript:"},
      {"mailto:ada@example.com?subject=x", "mailto:"},
      {"data:text/plain,secret", "data:"},
  }));
  Page page;
  Form form;
  form.action = action;
  page.handled(page.prevented(form));
  CHECK(page.properties()["form_action"] == sent);
}

TEST_CASE("many fields, and long texts, are bounded", "[forms]") {
  std::vector<Control> controls = {{"email", "email", "ada@example.com"}};
  for (int i = 0; i < 500; ++i) {
    controls.push_back({"text", "f" + std::to_string(i), "v", "k" + std::to_string(i)});
  }
  Form form = with(controls);
  form.id = form.name = repeated("n", 5000);
  Page page;
  page.submit(form);
  CHECK(page.properties()["field_names"].size() == 50);
  CHECK(page.properties()["form_id"].get<std::string>().size() == 500);
  CHECK(page.user()["properties"].size() == 199);  // and the address
}

TEST_CASE("debug mode hints at a mark that is no property name or on a field that is never sent",
          "[forms]") {
  Page page;
  page.config.debug = true;
  Form form = with({{"text", "x", "v", "no key"},
                    {"text", "x", "v", "$event_id"},
                    {"text", "x", "v", repeated("k", 65)},
                    {"password", "x", "v", "login"},
                    {"textarea", "x", "v", "note"},
                    {"text", "x", "v", "ssn"}});
  form.wish = "true";
  page.submit(form);
  CHECK(page.asked == Lines{""});
  CHECK(page.hints == Lines{"31 no key", "31 $event_id", "31 " + repeated("k", 65), "30 login",
                            "30 note", "30 ssn"});
  CHECK(page.found.at(0).user.empty());
}

TEST_CASE("debug mode hints at a submission that does not count", "[forms]") {
  Page page;
  page.config.debug = true;
  page.prevented();
  page.wait(kHour);
  page.submit({}, 0);
  Form odd;
  odd.name = "a:b";
  odd.app = "shop:1";
  page.submit(odd, 0);
  odd.name = "";
  odd.id = "\"sign:up\"";
  page.submit(odd, 0);
  CHECK(page.hints == Lines{"32 newsletter", "32 newsletter", "32 a:b", "32 \"sign:up\""});
}

TEST_CASE("of very many at once those that wait for a refusal count first", "[forms]") {
  Page page;
  std::vector<std::uint32_t> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(page.prevented(with({{"email", "e" + std::to_string(i)}})));
  }
  page.request(all[3], 10);
  page.prevented(with({{"email", "more"}}));
  CHECK(page.settled == std::vector{all[3]});
  CHECK(page.count() == 1);
}

TEST_CASE("a button that cancels submits nothing", "[forms]") {
  const std::string text = GENERATE(values<std::string>(
      {"cancel", "close", " cancel ", "abbrechen", "annuler", "cancelar", "annulla", "no thanks"}));
  CAPTURE(text);
  Page page;
  Form form;
  form.submitter = text;
  page.handled(page.prevented(form));
  page.submit(form);
  CHECK(page.count() == 0);
  CHECK(page.asked.empty());
}

TEST_CASE("a button that only speaks of cancelling submits", "[forms]") {
  const std::string text =
      GENERATE(values<std::string>({"", "send", "cancel my subscription", "close my account"}));
  Page page;
  Form form;
  form.submitter = text;
  page.submit(form);
  CHECK(page.count() == 1);
}

TEST_CASE("that a dialog is closed does not show that its form is handled", "[forms]") {
  Page page;
  Form form;
  form.method = "dialog";
  const auto id = page.submit(form);
  SECTION("removed") { page.handled(id, Forms::gone); }
  SECTION("reset") { page.handled(id); }
  SECTION("left") { page.leave(); }
  page.wait(kHour);
  CHECK(page.count() == 0);
}

TEST_CASE("what the visitor clicks on after a submission handles it, not the page", "[forms]") {
  const int sign = GENERATE(0 + Forms::reset, 0 + Forms::gone, 0 + Forms::moved);
  Page page;
  page.handled(page.prevented(), sign + Forms::clicked).wait(kHour);
  CHECK(page.count() == 0);
  page.handled(page.prevented(), sign).wait(kUntilCounted);
  CHECK(page.count() == 1);
}

TEST_CASE("what is refused, corrected and sent again is one submission with what was accepted",
          "[forms]") {
  Page page;
  Form form;
  form.number = 1;
  form.controls[0].value = "ada@exampel.com";
  const auto refused = page.prevented(form);
  page.wait(300).request(refused, 10);
  page.wait(700);
  form.controls[0].value = "ada@example.com";
  const auto accepted = page.prevented(form);
  SECTION("and the form stays") { page.request(accepted, 10); }
  // Both are followed, so it is reported for both.
  SECTION("and the form is reset") { page.handled(refused).handled(accepted); }
  SECTION("and the form is reset after a request") {
    page.request(accepted, 10).handled(refused).handled(accepted);
  }
  SECTION("and the page is left") { page.leave(); }
  page.wait(kHour);
  REQUIRE(page.count() == 1);
  CHECK(page.user()["email"] == "ada@example.com");
  CHECK(page.asleep());
}

TEST_CASE("a request of a second submission is no sign for the first", "[forms]") {
  Page page;
  Form form;
  form.number = 1;
  const auto first = page.prevented(form);
  page.wait(500);
  form.controls[0].value = "bob@example.com";
  const auto second = page.prevented(form);
  page.request(first, 510).request(second, 10).wait(kHour);
  REQUIRE(page.count() == 1);
  CHECK(page.user()["email"] == "bob@example.com");
}

TEST_CASE("a second click that the page ignores does not lose the first", "[forms]") {
  Page page;
  Form form;
  form.number = 1;
  const auto first = page.prevented(form);
  page.wait(100);
  page.prevented(form);
  page.request(first, 5).wait(kHour);
  CHECK(page.count() == 1);
}

TEST_CASE("an answer that refuses is no sign", "[forms]") {
  const auto [status, counts] = GENERATE(table<std::string, std::size_t>(
      {{"400", 0}, {"409", 0}, {"422", 0}, {"200", 1}, {"0", 1}, {"404", 1}, {"500", 1}, {"", 1}}));
  CAPTURE(status);
  Page page;
  page.request(page.prevented(), 10, "https://x.example/api", status).wait(kHour);
  CHECK(page.count() == counts);
}

TEST_CASE("a page that marks a field later than its answer has refused the form", "[forms]") {
  Page page;
  page.request(page.prevented(), 10);
  page.refused = true;
  page.wait(kHour);
  CHECK(page.count() == 0);
}

TEST_CASE("requests of a series are no sign", "[forms]") {
  const auto [before, counts] = GENERATE(table<std::string, std::size_t>({
      {"", 1},
      {"-60000", 1},         // once as the page began
      {"-61000 -60500", 1},  // and again
      {"-4000", 0},          // an autosave
      {"-29990 -14990", 0},  // every 15 s
      {"-59990 -44990 -29990 -14990", 0},
      {"-29990 -19990", 1},  // every 10 s, but not any more
      {"3", 1},              // the handler's own, twice
  }));
  CAPTURE(before);
  Page page;
  page.request(page.prevented(), 10, "https://x.example/api", "200", before).wait(kHour);
  CHECK(page.count() == counts);
  // Of what has one address for everything only polling can be recognized.
  const std::size_t one = before == "-4000" ? 1 : counts;
  for (const char* url :
       {"https://x.example/graphql", "https://x.example/wp-admin/admin-ajax.php"}) {
    const std::size_t so_far = page.count();
    page.request(page.prevented(), 10, url, "200", before).wait(kHour);
    CHECK(page.count() == so_far + one);
  }
}

TEST_CASE("a form that a captcha holds is one submission", "[forms]") {
  Page page;
  Form form;
  form.number = 1;
  page.request(page.prevented(form), 10, "https://x.example/captcha").wait(12 * kSecond);
  page.submit(form);
  page.wait(kHour);
  CHECK(page.count() == 1);
}

TEST_CASE("the steps of a form are one submission with the last content", "[forms]") {
  Page page;
  Form form;
  form.number = 1;
  page.handled(page.prevented(form), Forms::moved).wait(10 * kSecond);
  form.controls.push_back({"text", "first_name", "Ada"});
  page.handled(page.prevented(form), Forms::moved).wait(30 * kSecond);
  form.controls.push_back({"tel", "phone", "+44 20 7183 8750"});
  page.request(page.prevented(form), 10).wait(kHour);
  REQUIRE(page.count() == 3);
  CHECK(page.found[0].event == "form_submit");
  CHECK(page.found[1].event == "");
  CHECK(page.found[2].event == "");
  CHECK(page.user(2) == parsed(R"({"email": "ada@example.com", "phone": "+44 20 7183 8750",
                                   "properties": {"first_name": "Ada"}})"));
}

TEST_CASE("a form that was reset, or another, begins anew", "[forms]") {
  Page page;
  Form form;
  form.number = 1;
  SECTION("reset") { page.handled(page.prevented(form)); }
  SECTION("another") {
    page.request(page.prevented(form), 10);
    form.number = 2;
  }
  SECTION("a long time ago") { page.request(page.prevented(form), 10).wait(kHour); }
  page.wait(kMinute);
  form.controls[0].value = "bob@example.com";
  page.handled(page.prevented(form)).wait(kHour);
  REQUIRE(page.count() == 2);
  CHECK(page.found[1].event == "form_submit");
}

TEST_CASE("before the visitor has agreed no value is read", "[forms]") {
  Page page;
  page.config.consent = Consent::pending;
  page.submit({});
  CHECK(page.asked == Lines{""});
  REQUIRE(page.count() == 1);
  CHECK(page.found[0].event == "form_submit");
  CHECK(page.found[0].user.empty());
}

TEST_CASE("a name beside a card's number is its holder's", "[forms]") {
  const auto [controls, properties] = GENERATE(table<std::vector<Control>, const char*>({
      {{{"text", "ccnumber", "x"},
        {"text", "given", "A", "", "", "first name"},
        {"text", "family", "B", "", "", "last name"},
        {"text", "csc", "x"}},
       "null"},
      {{{"text", "number", "x", "", "cc-number"}, {"text", "given", "A", "", "", "first name"}},
       "null"},
      {{{"text", "name", "A"}, {"text", "card_number", "x"}}, "null"},
      {{{"text", "card_number", "x"}, {"hidden", "t", "x"}, {"text", "name", "A"}}, "null"},
      {{{"text", "card_number", "x"}, {"text", "name", "A", "", "name"}}, R"({"full_name":"A"})"},
      {{{"text", "name", "A"}, {"text", "city", "x"}, {"text", "card_number", "x"}},
       R"({"full_name":"A"})"},
  }));
  Form form = with(controls);
  form.wish = "true";
  Page page;
  page.submit(form);
  CHECK(page.user()["properties"] == parsed(properties));
}

TEST_CASE("forms are not watched without autoHook", "[forms]") {
  const auto [submits, starts, watched] = GENERATE(
      table<bool, bool, std::uint32_t>({{false, false, 0},
                                        {true, false, Effect::forms},
                                        {false, true, Effect::form_starts},
                                        {true, true, Effect::forms | Effect::form_starts}}));
  Page page;
  page.config.form_submits = submits;
  page.config.form_starts = starts;
  page.forms.start(page.effects);
  CHECK(page.effects.empty() == (watched == 0));
  if (watched != 0) CHECK(page.effects.take().number == watched);
  page.submit({});
  page.begun();
  CHECK(page.count() == static_cast<std::size_t>(submits) + starts);
}

TEST_CASE("form_start carries no values", "[forms]") {
  Page page;
  page.config.form_starts = true;
  Form form;
  form.id = "signup";
  form.app = "other";
  page.begun(form);
  REQUIRE(page.count() == 1);
  CHECK(page.found[0].event == "form_start");
  CHECK(page.properties()["form_id"] == "signup");
  CHECK(page.found[0].app == "other");
  CHECK(page.found[0].user.empty());
  CHECK(page.asked.empty());
  form.wish = "false";
  page.begun(form);
  CHECK(page.count() == 1);
}

TEST_CASE("invalid input from the glue does no harm", "[forms]") {
  Page page;
  for (const auto& text : {std::string(), std::string("\0", 1), repeated(std::string(1, '\0'), 500),
                           std::string("\x80\xFF\0email", 8), repeated("x", 100000)}) {
    for (int news = -1; news < 8; ++news) {
      for (const double detail : {0.0, -1.0, 1e300, std::nan("")}) {
        page.hear(static_cast<Input>(news), 1, news == 3 ? 0 : detail, text);
        page.drain(with(std::vector<Control>(500)));
      }
    }
  }
  page.wait(kHour);
  CHECK(page.asleep());
}

namespace {

/// A client, as the glue runs it.
struct Running {
  Client client;
  Moment now{1000, 1763928000000};
  Lines requests;
  std::vector<bool> keepalive;
  std::uint32_t watched = 0;
  Form form;

  explicit Running(const std::string& options) {
    client.start("{\"options\":{\"appId\":\"demo\"" + options + "},\"facts\":{}}", {}, now);
    drain();
  }

  void drain() {
    Effect effect;
    while (client.poll(effect)) {
      if (effect.kind == Effect::request) {
        requests.push_back(effect.text + " " + effect.more);
        keepalive.push_back(effect.flag);
      } else if (effect.kind == Effect::read) {
        client.handle_storage_value(effect.text, View::none(), now);
      } else if (effect.kind == Effect::watch) {
        watched |= effect.number & (Effect::forms | Effect::form_starts);
      } else if (effect.kind == Effect::page_facts) {
        client.handle_page_facts({"https://x.example/start?utm_source=n&utm_campaign=spring",
                                  "Start", "https://ref.example/"},
                                 now);
      } else if (effect.kind == Effect::form_values) {
        client.handle_form(Input::values, effect.number, 0, form.controls[0].value, now);
      }
    }
  }
  Running& hear(Input news, double detail = 0, std::string_view text = {}) {
    client.handle_form(news, 1, detail, text, now);
    drain();
    return *this;
  }
  Running& wait(Millis time) {
    now.monotonic += time;
    now.wall += time;
    client.handle_wake(now);
    drain();
    return *this;
  }
};

}  // namespace

TEST_CASE("a submission is sent at once, the user record beside the event", "[forms][client]") {
  Running page(",\"autoHook\":true");
  CHECK(page.watched == Effect::forms);
  page.wait(kSecond);
  CHECK(page.requests.empty());
  page.hear(Input::submits, 0, page.form.facts("https://x.example/pricing"));
  CHECK(page.requests.empty());
  page.hear(Input::ended, kSent | kValid);
  REQUIRE(page.requests.size() == 2);
  CHECK(page.keepalive == std::vector{true, true});

  const auto body = [&](std::size_t i, const std::string& path) {
    const std::string start = "https://api.appizer.com/v1/" + path + " ";
    REQUIRE(page.requests[i].rfind(start, 0) == 0);
    return parsed(page.requests[i].substr(start.size()));
  };
  const auto user = body(0, "users");
  const auto event = body(1, "events");
  CHECK(event["event_name"] == "form_submit");
  CHECK(event["properties"]["form_name"] == "newsletter");
  CHECK(event["properties"]["$timestamp"] == "2025-11-23T20:00:01.000Z");
  CHECK_FALSE(contains(page.requests[1], "ada@example.com"));
  CHECK(user == parsed(R"({
    "user_id": ")" + event["user_id"].get<std::string>() +
                       R"(",
    "email": "ada@example.com",
    "origin": {
      "channel": "web",
      "page": "/pricing",
      "label": "newsletter",
      "landing_page": "https://x.example/start?utm_source=n&utm_campaign=spring",
      "referrer": "https://ref.example/",
      "utm_source": "n",
      "campaign": "spring",
      "utm_campaign": "spring",
      "last": {
        "landing_page": "https://x.example/start?utm_source=n&utm_campaign=spring",
        "referrer": "https://ref.example/",
        "utm_source": "n",
        "campaign": "spring",
        "utm_campaign": "spring"
      }
    },
    "app_id": "demo"
  })"));
}

TEST_CASE("a form's own app gets its event and its user record", "[forms][client]") {
  Running page(",\"autoHook\":true");
  page.form.app = "other";
  page.hear(Input::submits, 0, page.form.facts("https://x.example/"));
  page.hear(Input::ended, kSent | kValid);
  REQUIRE(page.requests.size() == 2);
  CHECK(contains(page.requests[0], "\"app_id\":\"other\""));
  CHECK(contains(page.requests[1], "\"app_id\":\"other\""));
}

TEST_CASE("without contact data there is only the event", "[forms][client]") {
  Running page(",\"autoHook\":true");
  page.form.controls[0].value = "";
  page.hear(Input::submits, 0, page.form.facts("https://x.example/"));
  page.hear(Input::ended, kSent | kValid);
  REQUIRE(page.requests.size() == 1);
  CHECK(contains(page.requests[0], "form_submit"));
}

TEST_CASE("a form that was being handled when the page is left goes out with it",
          "[forms][client]") {
  Running page(",\"autoHook\":true");
  page.hear(Input::submits, 0, page.form.facts("https://x.example/"));
  page.hear(Input::ended, kValid);
  page.client.handle_pagehide(page.now);
  page.drain();
  CHECK(page.requests.size() == 2);
}

TEST_CASE("setUserId while a form is handled applies to that form", "[forms][client]") {
  Running page(",\"autoHook\":true");
  page.hear(Input::submits, 0, page.form.facts("https://x.example/login"));
  page.hear(Input::ended, kValid);
  page.client.set_user_id("\"user_123\"", page.now);
  page.hear(Input::request, 50, "https://x.example/api/login");
  page.wait(kUntilCounted).wait(kSecond);
  REQUIRE(page.requests.size() > 1);
  for (const std::string& request : page.requests) {
    CAPTURE(request);
    CHECK(contains(request, "\"user_id\":\"user_123\""));
  }
}

TEST_CASE("autoHook is a switch, or says what to record", "[forms][config]") {
  const auto [options, watched] = GENERATE(table<std::string, std::uint32_t>({
      {"", 0},
      {",\"autoHook\":false", 0},
      {",\"autoHook\":null", 0},
      {",\"autoHook\":\"yes\"", 0},
      {",\"autoHook\":true", Effect::forms},
      {",\"autoHook\":{}", Effect::forms},
      {",\"autoHook\":{\"starts\":true}", Effect::forms | Effect::form_starts},
      {",\"autoHook\":{\"submits\":false,\"starts\":true}", Effect::form_starts},
      {",\"autoHook\":{\"submits\":false}", 0},
  }));
  CAPTURE(options);
  CHECK(Running(options).watched == watched);
}
