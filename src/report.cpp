#include "report.h"

#include <algorithm>

#include "json.h"

namespace appizer {
namespace {

std::string_view call_of(Kind kind) {
  switch (kind) {
    case Kind::event:
      return "event";
    case Kind::user:
      return "user";
    default:
      return "alias";
  }
}

}  // namespace

std::string report_of(std::string_view reason, int status, std::size_t count,
                      const std::vector<Record>& records) {
  constexpr std::size_t kNamed = 10;
  std::string out = "{\"reason\":";
  json::append_string(out, reason);
  out += ",\"status\":";
  json::append_integer(out, status);
  out += ",\"count\":";
  json::append_integer(out, static_cast<std::int64_t>(count));
  out += ",\"records\":[";
  for (std::size_t i = 0; i < std::min(records.size(), kNamed); ++i) {
    const Record& record = records[i];
    if (i > 0) out += ',';
    out += "{\"kind\":";
    json::append_string(out, call_of(record.kind));
    const std::string whole = record.text + (record.kind == Kind::event ? "}}" : "}");
    if (const auto name = json::member(whole, "event_name")) {
      out += ",\"event_name\":";
      out += *name;
    }
    if (const auto properties = json::member(whole, "properties")) {
      if (const auto id = json::member(*properties, "$event_id")) {
        out += ",\"event_id\":";
        out += *id;
      }
    }
    out += '}';
  }
  return out + "]}";
}

}  // namespace appizer
