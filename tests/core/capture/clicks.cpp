#include "capture/clicks.h"

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

struct Click {
  std::string name;
  nlohmann::json properties;
};

Click click(const Press& press, bool buttons = true) {
  Config config;
  config.clicks = buttons;
  String properties;
  const View name = press_event(config, "/pricing", press, properties);
  return {name, name.empty() ? nlohmann::json() : parsed(properties)};
}

}  // namespace

TEST_CASE("a marked element is an event of its own name, with its attributes", "[clicks]") {
  const bool buttons = GENERATE(false, true);
  const Click clicked = click({.event = "plan_chosen",
                               .properties = R"({"plan":"pro","billing-period":"year"})",
                               .text = "Choose",
                               .id = "pro"},
                              buttons);
  CHECK(clicked.name == "plan_chosen");
  CHECK(clicked.properties == parsed(R"({"plan":"pro","billing_period":"year"})"));
}

TEST_CASE("a button is button_click where clicks are asked for", "[clicks]") {
  CHECK(click({.text = "Buy", .id = "buy"}).name == "button_click");
  CHECK(click({.text = "Buy", .id = "buy"}).properties ==
        parsed(R"({"text":"Buy","page":"/pricing","id":"buy"})"));
  CHECK(click({.text = "Buy"}).properties == parsed(R"({"text":"Buy","page":"/pricing"})"));
  CHECK(click({.text = "Buy", .id = "buy"}, false).name.empty());
}

TEST_CASE("a mark without a name is none", "[clicks]") {
  CHECK(click({.event = "  ", .text = "Buy"}).name == "button_click");
  CHECK(click({.event = "  ", .text = "Buy"}, false).name.empty());
}

TEST_CASE("what a page says of a button is bounded, and harmless if it is broken", "[clicks]") {
  const auto long_one = click({.text = repeated("\xC3\xA9", 5000), .id = repeated("i", 5000)});
  CHECK(long_one.properties["text"].get<std::string>().size() == kLongestTitle);
  CHECK(long_one.properties["id"].get<std::string>().size() == kLongestTitle);
  CHECK(click({.event = "e", .properties = "{\"a\":"}).properties.is_object());
  CHECK(click({.event = "e", .properties = "[]"}).properties == parsed("{}"));
}
