#include "capture/links.h"

#include "base/json.h"
#include "base/text.h"
#include "pages/redaction.h"
#include "pages/url.h"

namespace appizer {
namespace {

// What browsers save or hand to another program. Pages, scripts and pictures shown in pages are not
// among them.
constexpr char kFiles[] =
    " pdf doc docx docm odt rtf txt md epub mobi pages"  // texts
    " xls xlsx xlsm ods csv tsv numbers"                 // tables
    " ppt pptx pps ppsx odp key"                         // slides
    " zip rar 7z gz tgz bz2 xz tar zst"                  // archives
    " exe msi msix dmg pkg deb rpm appimage apk ipa iso jar"
    " mp3 m4a wav flac ogg aac mid midi"
    " mp4 m4v mov avi mkv webm wmv mpg mpeg"
    " psd ai eps sketch fig dwg dxf stl step"
    " ics vcf json xml yaml yml sql parquet"
    " ttf otf woff woff2 ";

constexpr std::size_t kLongestExtension = 10;

View extension_of(View name) {
  const std::size_t dot = name.rfind('.');
  if (dot == View::npos || name.size() - dot - 1 > kLongestExtension) return {};
  return lower(name.substr(dot + 1));
}

View without_www(View host) { return host.substr(host.substr(0, 4) == "www." ? 4 : 0); }

View name_of_file(const Url& url) {
  return decoded(url.path.substr(url.path.rfind('/') + 1), false);
}

}  // namespace

View link_event(const Config& config, View page_url, View page, const Link& link,
                String& properties) {
  if (link.button > 1) return {};
  const View target = clean_url(link.url, config);
  const Url url = split(link.url);
  properties = "{";
  json::append_member(properties, "url", target);
  json::append_member(properties, "page", page);
  const View extension = extension_of(link.download.empty() ? name_of_file(url) : link.download);
  const bool known = url.is_web() && !extension.empty() && lists(kFiles, extension);
  if (config.downloads && (link.downloads || known)) {
    // The name that the page gives a file reveals no more than one in its address would.
    const View file = link.download.empty() ? name_of_file(split(target))
                                            : clean_url("/" + link.download, config).substr(1);
    json::append_member(properties, "file_name", json::clip(file, kLongestTitle));
    json::append_member(properties, "file_extension", extension);
    properties += '}';
    return "file_downloaded";
  }
  properties += '}';
  const bool outbound = url.is_web() && without_www(url.host) != without_www(split(page_url).host);
  return config.outbound_links && outbound ? "outbound_link_clicked" : View();
}

}  // namespace appizer
