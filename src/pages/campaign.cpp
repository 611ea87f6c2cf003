#include "pages/campaign.h"

#include "base/json.h"
#include "base/text.h"
#include "config.h"

namespace appizer {
namespace {

// Beside `utm_…`, whose end everybody chooses freely (Google Analytics knows source, medium,
// campaign, term, content, id, source_platform, creative_format, marketing_tactic).
constexpr char kKnown[] =
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

// Whether the name, in lower case, can be one of ours.
bool is_known(View name) {
  if (name.size() > kLongestName) return false;
  for (const char c : name) {
    if (!is_lower(c) && !is_digit(c) && c != '_') return false;
  }
  return name.starts_with("utm_") || lists(kKnown, name);
}

void append_from(String& out, View query, std::size_t begin) {
  while (!query.empty()) {
    View value = take_until(query, '&');
    const View name = lower(take_until(value, '='));
    if (value.empty() || !is_known(name)) continue;
    const std::size_t undo = out.size();
    if (undo - begin > kRoom) return;
    json::append_member(out, name, json::clip(decoded(value, true), kLongestValue));
    // Up to the value's quote the member is the name alone.
    const View label = out.substr(undo, name.size() + 4);
    if (out.substr(begin, undo - begin).find(label) != View::npos) out.resize(undo);
  }
}

}  // namespace

void append_campaign(String& out, const Url& url) {
  const std::size_t begin = out.size();
  append_from(out, url.query, begin);
  // Hash routers keep a query of their own, and some advertisers write behind the hash.
  const std::size_t mark = url.hash.find('?');
  append_from(out, url.hash.substr(mark < url.hash.size() ? mark + 1 : 0), begin);
}

}  // namespace appizer
