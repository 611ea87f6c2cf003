#include "links.h"

#include "json.h"
#include "redaction.h"
#include "url.h"

namespace appizer {
namespace {

// What browsers save or hand to another program. Pages, scripts and pictures shown in pages are not
// among them.
constexpr std::string_view kFiles =
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

std::string extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.size() - dot - 1 > kLongestExtension) return {};
  std::string out(name.substr(dot + 1));
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

std::string_view without_www(std::string_view host) {
  return host.substr(host.substr(0, 4) == "www." ? 4 : 0);
}

std::string name_of_file(const Url& url) {
  return decoded(url.path.substr(url.path.rfind('/') + 1), false);
}

}  // namespace

std::string_view link_event(const Config& config, std::string_view page_url, std::string_view page,
                            const Link& link, std::string& properties) {
  if (link.button > 1) return {};
  const std::string target = clean_url(link.url, config);
  const Url url = split(link.url);
  properties.assign(1, '{');
  json::append_member(properties, "url", target);
  json::append_member(properties, "page", page);
  const std::string extension =
      extension_of(link.download.empty() ? name_of_file(url) : std::string(link.download));
  const bool known = url.is_web() && !extension.empty() &&
                     kFiles.find(" " + extension + " ") != std::string_view::npos;
  if (config.downloads && (link.downloads || known)) {
    const std::string file = name_of_file(split(target));
    json::append_member(properties, "file_name",
                        json::clip(link.download.empty() ? file : link.download, kLongestTitle));
    json::append_member(properties, "file_extension", extension);
    properties += '}';
    return "file_downloaded";
  }
  properties += '}';
  const bool outbound = url.is_web() && without_www(url.host) != without_www(split(page_url).host);
  return config.outbound_links && outbound ? "outbound_link_clicked" : std::string_view();
}

}  // namespace appizer
