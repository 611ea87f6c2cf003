#include "campaign.h"

#include "config.h"
#include "json.h"

namespace appizer {
namespace {

// Beside `utm_…`, whose end everybody chooses freely (Google Analytics knows source, medium,
// campaign, term, content, id, source_platform, creative_format, marketing_tactic).
constexpr std::string_view kKnown =
    " gclid gbraid wbraid gad_source gad_campaignid"  // Google Ads; braids: iOS app and web
    " dclid"                                          // Google Campaign Manager, Display & Video
    " srsltid"                                        // Google Merchant Center
    " fbclid igshid igsh"                             // Facebook, Instagram
    " msclkid"                                        // Microsoft Advertising
    " ttclid"                                         // TikTok
    " twclid"                                         // X
    " li_fat_id"                                      // LinkedIn
    " rdt_cid"                                        // Reddit
    " epik"                                           // Pinterest
    " sccid"                                          // Snapchat
    " qclid"                                          // Quora
    " yclid ysclid"                                   // Yandex Direct, Yandex Search
    " wickedid"                                       // Wicked Reports
    " irclickid"                                      // Impact
    " cjevent"                                        // CJ
    " awc"                                            // Awin
    " tblci"                                          // Taboola
    " dicbo"                                          // Outbrain
    " mc_cid mc_eid"                                  // Mailchimp: campaign, recipient
    " _kx"                                            // Klaviyo
    " vero_id "                                       // Vero
    ;

constexpr std::size_t kLongestName = 40;
constexpr std::size_t kLongestValue = 500;
constexpr std::size_t kRoom = 4000;

// The name in lower case, between spaces; empty if it cannot be one of ours.
std::string listed(std::string_view name) {
  if (name.empty() || name.size() > kLongestName) return {};
  std::string out = " ";
  for (char c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return {};
    out += c;
  }
  return out + " ";
}

void append_from(std::string& out, std::string_view query, std::size_t begin) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end < query.size() ? query.substr(end + 1) : std::string_view();
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals + 1 == pair.size()) continue;
    const std::string name = listed(pair.substr(0, equals));
    if (name.empty()) continue;
    if (name.rfind(" utm_", 0) != 0 && kKnown.find(name) == std::string_view::npos) continue;
    const std::string_view bare = std::string_view(name).substr(1, name.size() - 2);
    const std::size_t undo = out.size();
    if (undo - begin > kRoom) return;
    const std::string value = decoded(pair.substr(equals + 1), true);
    json::append_member(out, bare, json::clip(value, kLongestValue));
    // Up to the value's quote the member is the name alone.
    const std::string_view label = std::string_view(out).substr(undo, bare.size() + 4);
    if (std::string_view(out).substr(begin, undo - begin).find(label) != std::string_view::npos) {
      out.resize(undo);
    }
  }
}

}  // namespace

void append_campaign(std::string& out, const Url& url) {
  const std::size_t begin = out.size();
  append_from(out, url.query, begin);
  // Hash routers keep a query of their own, and some advertisers write behind the hash.
  const std::size_t mark = url.hash.find('?');
  append_from(out, url.hash.substr(mark < url.hash.size() ? mark + 1 : 0), begin);
}

}  // namespace appizer
