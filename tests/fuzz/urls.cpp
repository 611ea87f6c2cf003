// URLs, and what of them may leave.
#include "capture/links.h"
#include "core/text.h"
#include "fuzz/target.h"
#include "pages/campaign.h"
#include "pages/redaction.h"
#include "pages/url.h"

namespace {

using namespace appizer;
using fuzz::expect;
using test::contains;

/// The core's own string.
using Text = decltype(decoded({}, false));

void check_cleaning(std::string_view url, const Config& config) {
  const Text clean = clean_url(url, config);
  const std::string_view text = clean;
  expect(text.size() <= kLongestUrl, "a URL that leaves is short", text);
  const Url parts = split(text);
  if (!parts.scheme.empty() && contains(text, "://")) {
    const std::size_t begin = text.find("://") + 3;
    const std::string_view host = text.substr(begin, text.find_first_of("/?#", begin) - begin);
    expect(!contains(host, "@"), "nobody's name is before the host", url);
  }
  if (!url.starts_with(kSanitized)) {
    // What was short may now look drawn, as a part of less; an end that was cut off may too.
    const Text again = clean_url(text, config);
    expect(std::string_view(again) == text || contains(again, kRedacted),
           "what is clean stays as it is, or says less", text);
  }
  for (const Hashes hashes : {Hashes::routes, Hashes::all, Hashes::none}) {
    const Text page = page_of(parts, hashes);
    expect(std::string_view(page).size() <= text.size() + 1, "a page's name is part of its URL",
           text);
  }
}

// Where a secret stands by its name, it stays behind, whatever is around it.
void check_secrets(std::string_view before, std::string_view behind, const Config& config) {
  constexpr std::string_view kSecret = "Xq7Zk2Vb9";
  const std::string value(kSecret);
  const std::string left = "https://shop.example/" + std::string(before);
  const std::string right(behind);
  if (contains(left + right, kSecret)) return;
  for (const std::string& url : {
           left + "?access_token=" + value + "&" + right,
           left + "&password=" + value,
           left + "#id_token=" + value + "&" + right,
           "https://shop.example/?" + right + "&user_email=" + value,
           "https://shop.example/#" + right + "&sig=" + value,
           "https://shop.example/a;jsessionid=" + value + "/" + right,
           "https://user:" + value + "@shop.example/" + right,
       }) {
    expect(!contains(clean_url(url, config), kSecret), "a secret stays behind", url);
  }
}

void check_campaign(std::string_view url) {
  String out{"{\"\":0"};
  append_campaign(out, split(url));
  out += '}';
  const auto value = test::parsed(std::string_view(out));
  expect(!value.is_discarded() && value.is_object(), "a campaign is JSON", std::string_view(out));
}

void check_link(std::string_view page, std::string_view url, std::uint8_t bits) {
  Config config;
  config.outbound_links = config.downloads = true;
  String properties;
  const Link link{url, page, (bits & 1) != 0, bits >> 1 & 3};
  if (link_event(config, page, page, link, properties).empty()) return;
  expect(test::is_json_object(std::string_view(properties)), "a click's properties are JSON",
         std::string_view(properties));
}

void play_urls(std::string_view bytes) {
  fuzz::Input input(bytes);
  const std::uint8_t bits = input.byte();
  const std::string_view first = input.until('\n');
  const std::string_view second = input.rest();
  const Config config;
  for (const std::string_view text : {first, second}) {
    check_cleaning(text, config);
    check_campaign(text);
    const Text once = decoded(text, (bits & 1) != 0);
    expect(std::string_view(once).size() <= text.size(), "decoding makes nothing longer", text);
  }
  check_secrets(first, second, config);
  check_link(first, second, bits);
  release_scratch();
}

}  // namespace

APPIZER_FUZZER(urls)
