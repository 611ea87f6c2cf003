#include "config.h"

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

struct Reading {
  Status status;
  Config config;
  List<Config::Problem> problems;
};

Reading read(const std::string& options, const std::string& facts = "{}") {
  Reading reading;
  reading.status = reading.config.read("{\"options\":" + options + ",\"facts\":" + facts + "}",
                                       reading.problems);
  return reading;
}

}  // namespace

TEST_CASE("an app id is all that is needed", "[config]") {
  const auto [status, config, problems] = read(R"({"appId":"demo"})");
  CHECK(status == Status::ok);
  CHECK(problems.empty());
  CHECK(config.app_id == "demo");
  CHECK(config.api_base == "https://api.appizer.com");
  CHECK(config.user_id_storage_key == "appizer_user_id");
  CHECK_FALSE(config.debug);
  CHECK_FALSE(config.confirm_unload);
  CHECK(config.max_queue_events == 20000);
  CHECK(config.max_queue_bytes == 4000000);
  CHECK(config.session_timeout == 30 * kMinute);
  CHECK(config.user_agent.empty());
  CHECK(config.online);
  CHECK(config.visible);
  CHECK_FALSE(config.locks);
  CHECK_FALSE(config.fetch_later);
}

TEST_CASE("every option is taken", "[config]") {
  const auto [status, config, problems] =
      read(R"({"appId":"demo","apiBase":"https://x.example/","userIdStorageKey":"k","debug":true,)"
           R"("autoEvents":true,"autoHook":true,"confirmUnload":true,"maxQueueEvents":10,)"
           R"("maxQueueBytes":2e3,"sessionTimeout":60000})");
  CHECK(status == Status::ok);
  CHECK(problems.empty());
  CHECK(config.api_base == "https://x.example");
  CHECK(config.user_id_storage_key == "k");
  CHECK(config.debug);
  CHECK(config.page_views);
  CHECK(config.page_leave);
  CHECK(config.form_submits);
  CHECK(config.confirm_unload);
  CHECK(config.max_queue_events == 10);
  CHECK(config.max_queue_bytes == 2000);
  CHECK(config.session_timeout == kMinute);
}

TEST_CASE("the host's facts are taken", "[config]") {
  const auto config = read(R"({"appId":"demo"})",
                           R"({"ua":"X","online":false,"visible":false,"locks":true,"later":true})")
                          .config;
  CHECK(config.user_agent == "X");
  CHECK_FALSE(config.online);
  CHECK_FALSE(config.visible);
  CHECK(config.locks);
  CHECK(config.fetch_later);
}

TEST_CASE("without a usable app id nothing starts", "[config]") {
  const auto options = GENERATE(values<std::string>(
      {"{}", R"({"appId":""})", R"({"appId":null})", R"({"appId":7})", R"({"appId":["demo"]})"}));
  CHECK(read(options).status == Status::app_id_missing);
}

TEST_CASE("options that are no object are refused", "[config]") {
  const auto options =
      GENERATE(values<std::string>({"null", "[]", "\"demo\"", "7", "{", "?", "", "{\"appId\":}"}));
  CAPTURE(options);
  CHECK(read(options).status == Status::options_unusable);
  Config config;
  List<Config::Problem> problems;
  CHECK(config.read(options, problems) == Status::options_unusable);
}

TEST_CASE("an option of a wrong type gives a hint, and its default holds", "[config]") {
  const auto [option, name] = GENERATE(table<const char*, const char*>({
      {R"("apiBase":7)", "apiBase"},
      {R"("apiBase":"")", "apiBase"},
      {R"("debug":"yes")", "debug"},
      {R"("debug":1)", "debug"},
      {R"("maxQueueEvents":"10")", "maxQueueEvents"},
      {R"("maxQueueEvents":0)", "maxQueueEvents"},
      {R"("maxQueueEvents":-1)", "maxQueueEvents"},
      {R"("maxQueueBytes":1e300)", "maxQueueBytes"},
      {R"("sessionTimeout":{})", "sessionTimeout"},
      {R"("sessionTimeout":0)", "sessionTimeout"},
      {R"("flushInterval":"30s")", "flushInterval"},
      {R"("flushInterval":-5)", "flushInterval"},
      {R"("flushInterval":90000000)", "flushInterval"},
      {R"("maxEventsPerSecond":true)", "maxEventsPerSecond"},
      {R"("maxEventsPerSecond":0)", "maxEventsPerSecond"},
      {R"("maxEventsPerSecond":"10")", "maxEventsPerSecond"},
  }));
  CAPTURE(option);
  const auto [status, config, problems] = read("{\"appId\":\"demo\"," + std::string(option) + "}");
  CHECK(status == Status::ok);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].hint == Hint::option_wrong_type);
  CHECK(problems[0].name == name);
  CHECK(config.api_base == "https://api.appizer.com");
  CHECK_FALSE(config.debug);
  CHECK(config.max_queue_events == 20000);
  CHECK(config.session_timeout == 30 * kMinute);
  CHECK(config.flush_interval == 0);
  CHECK(config.max_events_per_second == 10);
}

TEST_CASE("the interval and the rate are taken", "[config]") {
  CHECK(read(R"({"appId":"demo","flushInterval":30000})").config.flush_interval == 30000);
  CHECK(read(R"({"appId":"demo","maxEventsPerSecond":2.5})").config.max_events_per_second == 2.5);
  CHECK(read(R"({"appId":"demo","maxEventsPerSecond":"Infinity"})").config.max_events_per_second >
        1e300);
}

TEST_CASE("an unknown option gives a hint", "[config]") {
  const auto [status, config, problems] = read(R"({"appId":"demo","apiKey":"sk_live"})");
  CHECK(status == Status::ok);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].hint == Hint::option_unknown);
  CHECK(problems[0].name == "apiKey");
}

TEST_CASE("an option that is null counts as absent", "[config]") {
  const auto [status, config, problems] =
      read(R"({"appId":"demo","apiBase":null,"debug":null,"maxQueueEvents":null})");
  CHECK(status == Status::ok);
  CHECK(problems.empty());
  CHECK(config.api_base == "https://api.appizer.com");
}

TEST_CASE("unknown host facts give no hint", "[config]") {
  const auto [status, config, problems] =
      read(R"({"appId":"demo"})", R"({"online":"yes","moon":"full"})");
  CHECK(status == Status::ok);
  CHECK(problems.empty());
  CHECK(config.online);
}

TEST_CASE("very large limits are taken as large ones", "[config]") {
  const auto config =
      read(R"({"appId":"demo","maxQueueEvents":1e12,"sessionTimeout":1e12})").config;
  CHECK(config.max_queue_events == 1000000000);
  CHECK(config.session_timeout == 1000000000000);
}

TEST_CASE("automatic events are chosen at once or one by one", "[config]") {
  struct Row {
    const char* value;
    bool views, leave, links, downloads;
  };
  const auto row = GENERATE(values<Row>({
      {"false", false, false, false, false},
      {"null", false, false, false, false},
      {"true", true, true, false, false},
      {"{}", true, true, false, false},
      {R"({"pageViews":false})", false, true, false, false},
      {R"({"pageViews":{}})", true, true, false, false},
      {R"({"pageLeave":false,"outboundLinks":true,"downloads":true})", true, false, true, true},
      {R"({"pageViews":null,"pageLeave":null})", true, true, false, false},
  }));
  CAPTURE(row.value);
  const auto [status, config, problems] =
      read(R"({"appId":"demo","autoEvents":)" + std::string(row.value) + "}");
  CHECK(status == Status::ok);
  CHECK(problems.empty());
  CHECK(config.page_views == row.views);
  CHECK(config.page_leave == row.leave);
  CHECK(config.outbound_links == row.links);
  CHECK(config.downloads == row.downloads);
  CHECK_FALSE(config.count_query);
  CHECK(config.count_hash == Hashes::routes);
}

TEST_CASE("what counts as another page is an option", "[config]") {
  const auto [value, query, hash] = GENERATE(table<const char*, bool, Hashes>({
      {R"({"query":true})", true, Hashes::routes},
      {R"({"hash":true})", false, Hashes::all},
      {R"({"query":false,"hash":false})", false, Hashes::none},
      {R"({"query":null,"hash":null})", false, Hashes::routes},
  }));
  CAPTURE(value);
  const auto [status, config, problems] =
      read(R"({"appId":"demo","autoEvents":{"pageViews":)" + std::string(value) + "}}");
  CHECK(problems.empty());
  CHECK(config.page_views);
  CHECK(config.count_query == query);
  CHECK(config.count_hash == hash);
}

TEST_CASE("a mistake inside an option gives a hint with the whole name", "[config]") {
  const auto [value, name, hint] = GENERATE(table<const char*, const char*, Hint>({
      {"\"yes\"", "autoEvents", Hint::option_wrong_type},
      {"1", "autoEvents", Hint::option_wrong_type},
      {"[]", "autoEvents", Hint::option_wrong_type},
      {R"({"pageView":true})", "autoEvents.pageView", Hint::option_unknown},
      {R"({"pageLeave":"yes"})", "autoEvents.pageLeave", Hint::option_wrong_type},
      {R"({"pageViews":"yes"})", "autoEvents.pageViews", Hint::option_wrong_type},
      {R"({"pageViews":{"hash":1}})", "autoEvents.pageViews.hash", Hint::option_wrong_type},
      {R"({"pageViews":{"query":"no"}})", "autoEvents.pageViews.query", Hint::option_wrong_type},
      {R"({"pageViews":{"path":true}})", "autoEvents.pageViews.path", Hint::option_unknown},
  }));
  CAPTURE(value);
  const auto [status, config, problems] =
      read(R"({"appId":"demo","autoEvents":)" + std::string(value) + "}");
  CHECK(status == Status::ok);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].name == name);
  CHECK(problems[0].hint == hint);
  // What cannot be read asks for nothing; inside an object the defaults stand.
  CHECK(config.page_views == (problems[0].name != "autoEvents"));
}

TEST_CASE("redact takes a list of names", "[config]") {
  const auto [status, config, problems] =
      read(R"({"appId":"demo","redactParameters":["customer","Bestell\u006er"]})");
  CHECK(problems.empty());
  CHECK(texts(config.redact_parameters) == std::vector<std::string>{"customer", "Bestellnr"});
  CHECK(read(R"({"appId":"demo","redactParameters":[]})").problems.empty());

  const auto value =
      GENERATE(values<std::string>({"true", "\"customer\"", "{}", "[1]", "[\"a\",[]]"}));
  CAPTURE(value);
  const auto wrong = read(R"({"appId":"demo","redactParameters":)" + value + "}");
  CHECK(wrong.status == Status::ok);
  REQUIRE(wrong.problems.size() == 1);
  CHECK(wrong.problems[0].hint == Hint::option_wrong_type);
  CHECK(wrong.problems[0].name == "redactParameters");
}

TEST_CASE("bots are recognised by host facts, and treated as the option says", "[config]") {
  struct Row {
    const char* options;
    const char* facts;
    bool marked;
    bool dropped;
  };
  const auto row = GENERATE(values<Row>({
      {R"({"appId":"a"})", R"({"ua":"X"})", false, false},
      {R"({"appId":"a"})", R"({"ua":"X","webdriver":true})", true, false},
      {R"({"appId":"a"})", R"({"ua":"Googlebot"})", true, false},
      {R"({"appId":"a","bots":"mark"})", R"({"ua":"Googlebot"})", true, false},
      {R"({"appId":"a","bots":"keep"})", R"({"ua":"Googlebot"})", false, false},
      {R"({"appId":"a","bots":"drop"})", R"({"ua":"Googlebot"})", false, true},
      {R"({"appId":"a","bots":"drop"})", R"({"webdriver":true})", false, true},
      {R"({"appId":"a","bots":"drop"})", R"({"ua":"X"})", false, false},
  }));
  CAPTURE(row.options, row.facts);
  const auto [status, config, problems] = read(row.options, row.facts);
  CHECK(problems.empty());
  CHECK(config.marks_bot() == row.marked);
  CHECK(config.drops_bot() == row.dropped);
}

TEST_CASE("an unknown value for bots gives a hint", "[config]") {
  const auto value = GENERATE(values<std::string>({"\"ignore\"", "true", "[]"}));
  const auto wrong = read(R"({"appId":"demo","bots":)" + value + "}", R"({"webdriver":true})");
  REQUIRE(wrong.problems.size() == 1);
  CHECK(wrong.problems[0].hint == Hint::option_wrong_type);
  CHECK(wrong.problems[0].name == "bots");
  CHECK(wrong.config.marks_bot());
}
