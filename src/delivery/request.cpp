#include "delivery/request.h"

#include "base/compare.h"
#include "base/json.h"
#include "delivery/event.h"

namespace appizer::request {
namespace {

// Of a batch around its events, without the app's id.
constexpr std::size_t kEnvelope = 64;
constexpr std::size_t kLongestApp = 30000;

}  // namespace

std::size_t envelope(const Config& config) {
  return kEnvelope + min(config.app_id.size(), kLongestApp);
}

std::size_t overhead(const Config& config) {
  String& tail = scratch();
  append_event_tail(tail, config.user_agent, config.marks_bot(), UINT32_MAX, 0);
  return tail.size() + 2;
}

View url_of(const Config& config, const List<const Record*>& records) {
  const Kind kind = records[0]->kind;
  const View call = kind == Kind::alias  ? "/v1/users/aliases"
                    : kind == Kind::user ? "/v1/users"
                    : records.size() > 1 ? "/v1/events/batch"
                                         : "/v1/events";
  return config.api_base + call;
}

View body_of(const Config& config, const List<const Record*>& records, Millis wall) {
  const Record& first = *records[0];
  const bool batch = records.size() > 1;
  // Without an app's id: the API key says which it is.
  String& app = scratch();
  const View its = first.app.empty() ? config.app_id : first.app;
  if (!its.empty()) {
    app += "\"app_id\":";
    json::append_string(app, its);
  }
  String& body = scratch();
  if (batch) {
    body += '{';
    if (!app.empty()) (body += app) += ',';
    body += "\"events\":[";
  }
  for (const Record* record : records) {
    if (record != &first) body += ',';
    body += record->text;
    if (record->kind == Kind::event) {
      append_event_tail(body, config.user_agent, config.marks_bot(), record->dropped, wall);
    }
    if (batch) body += '}';
  }
  if (batch) {
    body += ']';
  } else if (!app.empty()) {
    (body += ',') += app;
  }
  return body += '}';
}

}  // namespace appizer::request
