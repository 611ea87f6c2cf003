#include "bots.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace appizer {
namespace {

// In lower case. Only of those that run scripts; most of the others call themselves "bot" as well.
// Not here, because people browse with them: "google" (the search app, GSA), "yandex", "baidu",
// "pinterest", "whatsapp", "preview" (beta versions), "monitor", "scan", "electron", "jsdom" (a
// site's own tests).
constexpr std::string_view kWords =
    "bot|crawl|spider|slurp|archiver|archive.org|headless|phantomjs|prerender|rendertron"
    "|lighthouse|pagespeed|ptst/|gtmetrix|pingdom|statuscake|site24x7|datadog|catchpoint"
    "|dotcom-monitor|facebookexternalhit|externalagent|mediapartners|google-inspection|googleother"
    "|bingpreview|chatgpt-user|perplexity-user|claude-user|screaming frog|sitebulb|cypress/";

// A maker of phones, whose models are named after it.
constexpr std::string_view kPhones = "cubot";

}  // namespace

bool is_bot(std::string_view user_agent, bool webdriver) {
  if (webdriver) return true;
  std::string text(user_agent);
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  for (std::size_t at; (at = text.find(kPhones)) != std::string::npos;) {
    text.erase(at, kPhones.size());
  }
  for (std::string_view rest = kWords; !rest.empty();) {
    const std::size_t end = std::min(rest.find('|'), rest.size());
    if (text.find(rest.substr(0, end)) != std::string::npos) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace appizer
