#include "pages/campaign.h"

#include "catch.hpp"
#include "core/text.h"

using namespace appizer;
using namespace appizer::test;

namespace {

nlohmann::json campaign(const std::string& url) {
  String out = "{\"url\":\"\"";
  append_campaign(out, split(url));
  auto all = parsed(std::string(out) + "}");
  REQUIRE(all.is_object());
  all.erase("url");
  return all;
}

nlohmann::json of_query(const std::string& query) {
  return campaign("https://x.example/a?" + query);
}

}  // namespace

TEST_CASE("campaign parameters and click ids are found among others", "[campaign]") {
  CHECK(of_query("a=1&utm_source=news&utm_medium=e-mail&b=2&gclid=Cj0K") ==
        parsed(R"({"utm_source":"news","utm_medium":"e-mail","gclid":"Cj0K"})"));
  CHECK(campaign("https://x.example/a").empty());
}

TEST_CASE("every advertiser's parameter is known", "[campaign]") {
  const std::string name = GENERATE(values<std::string>({"utm_source",
                                                         "utm_medium",
                                                         "utm_campaign",
                                                         "utm_term",
                                                         "utm_content",
                                                         "utm_id",
                                                         "utm_source_platform",
                                                         "utm_anything_else2",
                                                         "gclid",
                                                         "gbraid",
                                                         "wbraid",
                                                         "gad_source",
                                                         "gad_campaignid",
                                                         "dclid",
                                                         "srsltid",
                                                         "fbclid",
                                                         "igshid",
                                                         "igsh",
                                                         "msclkid",
                                                         "ttclid",
                                                         "twclid",
                                                         "li_fat_id",
                                                         "rdt_cid",
                                                         "epik",
                                                         "sccid",
                                                         "qclid",
                                                         "yclid",
                                                         "ysclid",
                                                         "wickedid",
                                                         "irclickid",
                                                         "cjevent",
                                                         "awc",
                                                         "tblci",
                                                         "dicbo",
                                                         "mc_cid",
                                                         "mc_eid",
                                                         "_kx",
                                                         "vero_id"}));
  CAPTURE(name);
  CHECK(of_query(name + "=v") == nlohmann::json({{name, "v"}}));
}

TEST_CASE("parameters that only resemble campaign parameters are left out", "[campaign]") {
  const auto query = GENERATE(
      values<std::string>({"gclid", "gclid=", "=v", "&&&", "xutm_source=v", "utm=v", "gcli=v",
                           "clid=v", "gclid%20gbraid=v", "gclid gbraid=v", "utm_a%62=v", "utm_\"=v",
                           "utm_a.b=v", " =v", "utm_0123456789012345678901234567890123456789=v"}));
  CAPTURE(query);
  CHECK(of_query(query).empty());
}

TEST_CASE("campaign values are decoded, and bounded", "[campaign]") {
  CHECK(of_query("utm_campaign=spring+sale%21%20%C3%A9")["utm_campaign"] ==
        "spring sale! \xC3\xA9");
  CHECK(of_query("utm_term=%22%5C%00%FF")["utm_term"] == std::string("\"\\\0\xEF\xBF\xBD", 6));
  CHECK(of_query("gclid=" + repeated("a", 3000))["gclid"] == repeated("a", 500));
}

TEST_CASE("parameter names match in any case, and the first of two counts", "[campaign]") {
  CHECK(of_query("UTM_Source=a&utm_source=b&ScCid=c") ==
        parsed(R"({"utm_source":"a","sccid":"c"})"));
  CHECK(of_query("utm_source=&utm_source=b") == parsed(R"({"utm_source":"b"})"));
}

TEST_CASE("parameters of a hash router, and behind the hash, count as well", "[campaign]") {
  CHECK(campaign("https://x.example/?utm_source=a#/in?utm_medium=b&utm_source=c") ==
        parsed(R"({"utm_source":"a","utm_medium":"b"})"));
  CHECK(campaign("https://x.example/#utm_source=a") == parsed(R"({"utm_source":"a"})"));
}

TEST_CASE("a flood of parameters is cut off", "[campaign]") {
  std::string query;
  for (int i = 0; i < 1000; ++i)
    query += "utm_" + std::to_string(i) + "=" + repeated("x", 100) + "&";
  String out;
  append_campaign(out, split("https://x.example/?" + query));
  CHECK(out.size() < 5000);
}
