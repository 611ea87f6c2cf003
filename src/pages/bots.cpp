#include "pages/bots.h"

#include <cstddef>

#include "base/compare.h"
#include "base/text.h"

namespace appizer {
namespace {

// In lower case. Only of those that run scripts; most of the others call themselves "bot" as well.
// Not here, because visitors browse with them: "google" (the search app, GSA), "yandex", "baidu",
// "pinterest", "whatsapp", "preview" (beta versions), "monitor", "scan", "electron", "jsdom" (a
// site's own tests).
constexpr char kWords[] =
    "bot|crawl|spider|slurp|archiver|archive.org|headless|phantomjs|prerender|rendertron"
    "|lighthouse|pagespeed|ptst/|gtmetrix|pingdom|statuscake|site24x7|datadog|catchpoint"
    "|dotcom-monitor|facebookexternalhit|externalagent|mediapartners|google-inspection|googleother"
    "|bingpreview|chatgpt-user|perplexity-user|claude-user|screaming frog|sitebulb|cypress/";

// A maker of phones, whose models are named after it.
constexpr char kPhones[] = "cubot";

}  // namespace

bool is_bot(View user_agent, bool webdriver) {
  if (webdriver) return true;
  String& text = scratch(lower(user_agent));
  for (std::size_t at; (at = text.find(kPhones)) != View::npos;) {
    text.replace(at, sizeof kPhones - 1, {});
  }
  return has_any(text, kWords);
}

}  // namespace appizer
