#include "delivery/report.h"

#include "base/compare.h"
#include "base/json.h"
#include "base/list.h"
#include "base/text.h"

namespace appizer {
namespace {

View call_of(Kind kind) {
  switch (kind) {
    case Kind::event:
      return "event";
    case Kind::user:
      return "user";
    default:
      return "alias";
  }
}

void append_found(String& out, View label, View value) {
  if (value.is_none()) return;
  out += label;
  out += value;
}

}  // namespace

View report_of(View reason, int status, std::size_t count, const List<Record>& records) {
  constexpr std::size_t kNamed = 10;
  String& out = scratch("{\"reason\":");
  json::append_string(out, reason);
  out += ",\"status\":";
  json::append_integer(out, status);
  out += ",\"count\":";
  json::append_integer(out, static_cast<std::int64_t>(count));
  out += ",\"records\":[";
  for (std::size_t i = 0; i < min(records.size(), kNamed); ++i) {
    const Record& record = records[i];
    if (i > 0) out += ',';
    out += "{\"kind\":";
    json::append_string(out, call_of(record.kind));
    const View whole = record.text + ending(record.kind);
    if (record.kind == Kind::event) {
      append_found(out, ",\"event_name\":", json::member(whole, "event_name"));
      append_found(out,
                   ",\"event_id\":", json::member(json::member(whole, "properties"), "$event_id"));
    }
    out += '}';
  }
  return out += "]}";
}

}  // namespace appizer
