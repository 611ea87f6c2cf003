#include "capture/links.h"

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

const char* const kHere = "https://www.shop.example/list?x=1";

struct Click {
  Config config;
  String properties;

  Click() { config.outbound_links = config.downloads = true; }
  View operator()(Link link) {
    properties.clear();
    return link_event(config, kHere, "/list", link, properties);
  }
};

}  // namespace

TEST_CASE("a link to another host is outbound", "[links]") {
  const auto [url, outbound] = GENERATE(table<const char*, bool>({
      {"https://other.example/", true},
      {"http://blog.shop.example/", true},
      {"https://www.shop.example:8443/", true},
      {"https://www.shop.example/other", false},
      {"http://shop.example/", false},
      {"https://www.shop.example/list#top", false},
      {"mailto:somebody@example.com", false},
      {"tel:+123", false},
      {"javascript:void(0)", false},
      {"blob:https://other.example/1", false},
      {"", false},
  }));
  CAPTURE(url);
  Click click;
  CHECK(click({url}) == (outbound ? "outbound_link_clicked" : ""));
}

TEST_CASE("an outbound click carries where it led and where it was", "[links]") {
  Click click;
  click({"https://u:p@other.example/a?b"});
  CHECK(parsed(click.properties) ==
        parsed(R"({"url":"https://other.example/a?b","page":"/list"})"));
}

TEST_CASE("secrets in a link are redacted", "[links]") {
  Click click;
  CHECK(click({"https://other.example/jane@x.example.pdf?token=a"}) == "file_downloaded");
  const auto properties = parsed(click.properties);
  CHECK(properties["url"] == "https://other.example/REDACTED?token=REDACTED");
  CHECK(properties["file_name"] == "REDACTED");
  CHECK(click({"\1https://other.example/?token=a"}) == "outbound_link_clicked");
}

TEST_CASE("a download attribute's file name is redacted like a URL", "[links]") {
  const auto [name, told] = GENERATE(table<const char*, const char*>({
      {"report 2026 (final).pdf", "report 2026 (final).pdf"},
      {"50% off.pdf", "50% off.pdf"},
      {"invoice jane@x.example.pdf", "REDACTED"},
      {"a/jane%40x.example.pdf", "a/REDACTED"},
      {"export?token=abc.csv", "export?token=REDACTED"},
      {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x.txt", "REDACTED"},
  }));
  CAPTURE(name);
  Click click;
  CHECK(click({.url = "blob:x", .download = name, .downloads = true}) == "file_downloaded");
  CHECK(parsed(click.properties)["file_name"] == told);
}

TEST_CASE("a link to a file, or with the attribute, is a download", "[links]") {
  struct Row {
    Link link;
    const char* name;
    const char* extension;
  };
  const auto row = GENERATE(values<Row>({
      {{"https://www.shop.example/files/Price%20list.PDF?v=2"}, "Price list.PDF", "pdf"},
      {{"https://cdn.example/a.tar.gz"}, "a.tar.gz", "gz"},
      {{"https://www.shop.example/export?id=5", "", true}, "export", ""},
      {{"https://www.shop.example/export?id=5", "orders.csv", true}, "orders.csv", "csv"},
      {{"blob:https://www.shop.example/1-2-3", "drawing.svg", true}, "drawing.svg", "svg"},
      {{"https://www.shop.example/v1.2/", "", true}, "", ""},
  }));
  CAPTURE(row.link.url);
  Click click;
  CHECK(click(row.link) == "file_downloaded");
  const auto properties = parsed(click.properties);
  CHECK(properties["file_name"] == row.name);
  CHECK(properties["file_extension"] == row.extension);
  CHECK(properties["page"] == "/list");
  CHECK(properties.size() == 4);
}

TEST_CASE("links to pages are not downloads", "[links]") {
  const auto url = GENERATE(
      values<const char*>({"https://www.shop.example/", "https://www.shop.example/index.html",
                           "https://www.shop.example/a.php", "https://www.shop.example/a.pdf/",
                           "https://www.shop.example/pdf", "https://www.shop.example/a.",
                           "https://www.shop.example/a.averylongextension",
                           "https://www.shop.example/a.%20", "mailto:a@b.pdf"}));
  CAPTURE(url);
  CHECK(Click()({url}).empty());
}

TEST_CASE("each kind of click is recorded only where it is asked for", "[links]") {
  Click click;
  const Link file{"https://other.example/a.pdf"};
  CHECK(click(file) == "file_downloaded");
  click.config.downloads = false;
  CHECK(click(file) == "outbound_link_clicked");
  CHECK_FALSE(contains(click.properties, "file_name"));
  click.config.outbound_links = false;
  CHECK(click(file).empty());
  click.config.downloads = true;
  CHECK(click({"https://other.example/"}).empty());
}

TEST_CASE("a right click is not an outbound click", "[links]") {
  Click click;
  CHECK(click({"https://other.example/", "", false, 1}) == "outbound_link_clicked");
  CHECK(click({"https://other.example/", "", false, 2}).empty());
}

TEST_CASE("a long file name is cut", "[links]") {
  Click click;
  const std::string url = "https://x.example/" + repeated("a", 3000) + ".pdf";
  CHECK(click({url}) == "file_downloaded");
  CHECK(parsed(click.properties)["file_name"].get<std::string>().size() == kLongestTitle);
}
