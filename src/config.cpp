#include "config.h"

#include <algorithm>
#include <span>
#include <variant>

#include "bots.h"

namespace appizer {
namespace {

// A `string_view` takes the value as it stands, for an option that has several types.
using Target = std::variant<std::string*, bool*, std::size_t*, Millis*, std::string_view*>;

struct Option {
  std::string_view name;
  Target target;
};

// Takes the value if it has the option's type.
bool assign(const Target& target, std::string_view value) {
  if (const auto* text = std::get_if<std::string*>(&target)) {
    auto read = json::string(value);
    if (!read || read->empty()) return false;
    **text = std::move(*read);
    return true;
  }
  if (const auto* flag = std::get_if<bool*>(&target)) {
    const auto read = json::boolean(value);
    if (!read) return false;
    **flag = *read;
    return true;
  }
  if (const auto* raw = std::get_if<std::string_view*>(&target)) {
    **raw = value;
    return true;
  }
  const auto read = json::number(value);
  if (!read || *read < 1 || *read > 1e12) return false;
  if (const auto* count = std::get_if<std::size_t*>(&target)) {
    **count = static_cast<std::size_t>(std::min(*read, 1e9));
  } else {
    *std::get<Millis*>(target) = static_cast<Millis>(*read);
  }
  return true;
}

// False where `text` is no object. `outer` is what the options are part of, with a dot behind it.
bool read_into(std::span<const Option> options, std::string_view text,
               std::vector<Config::Complaint>& complaints, std::string_view outer = {}) {
  const auto members = json::members(text);
  if (!members) return false;
  for (const json::Member& member : *members) {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [&](const Option& one) { return one.name == member.name; });
    if (found == options.end()) {
      complaints.push_back({Hint::option_unknown, std::string(outer) + member.name});
    } else if (member.value != "null" && !assign(found->target, member.value)) {
      complaints.push_back({Hint::option_wrong_type, std::string(outer) + member.name});
    }
  }
  return true;
}

}  // namespace

Status Config::read(std::string_view text, std::vector<Complaint>& complaints) {
  const auto options = json::member(text, "options");
  const auto facts = json::member(text, "facts");
  if (!options || !facts || !json::is_object(*options)) return Status::options_unusable;
  std::string_view chosen_events;
  std::string_view chosen_hook;
  std::string chosen_consent;
  std::string chosen_persistence;
  std::string chosen_bots;
  std::string_view redact;
  const Option known[] = {
      {"appId", &app_id},
      {"autoEvents", &chosen_events},
      {"autoHook", &chosen_hook},
      {"apiBase", &api_base},
      {"userIdStorageKey", &user_id_storage_key},
      {"debug", &debug},
      {"confirmUnload", &confirm_unload},
      {"maxQueueEvents", &max_queue_events},
      {"maxQueueBytes", &max_queue_bytes},
      {"sessionTimeout", &session_timeout},
      {"consent", &chosen_consent},
      {"rememberConsent", &remember_consent},
      {"respectGPC", &respect_gpc},
      {"respectDNT", &respect_dnt},
      {"cookieless", &cookieless},
      {"persistence", &chosen_persistence},
      {"bots", &chosen_bots},
      {"redactParameters", &redact},
  };
  read_into(known, *options, complaints);
  if (!chosen_events.empty()) read_auto_events(chosen_events, complaints);
  if (!chosen_hook.empty()) read_auto_hook(chosen_hook, complaints);
  if (!redact.empty() && !json::strings(redact, redact_parameters)) {
    complaints.push_back({Hint::option_wrong_type, "redactParameters"});
  }
  const Option given[] = {{"ua", &user_agent}, {"online", &online}, {"visible", &visible},
                          {"locks", &locks},   {"later", &later},   {"keepalive", &keepalive},
                          {"gpc", &gpc},       {"dnt", &dnt},       {"hooks", &hooks},
                          {"webdriver", &bot}};
  std::vector<Complaint> none;
  read_into(given, *facts, none);
  bot = is_bot(user_agent, bot);
  if (chosen_bots == "drop") {
    bots = Bots::drop;
  } else if (chosen_bots == "keep") {
    bots = Bots::keep;
  } else if (!chosen_bots.empty() && chosen_bots != "mark") {
    complaints.push_back({Hint::option_wrong_type, "bots"});
  }
  if (!chosen_persistence.empty() && !read_persistence(chosen_persistence)) {
    complaints.push_back({Hint::option_wrong_type, "persistence"});
  }
  if (!keepalive) confirm_unload = true;
  if (cookieless) persistence = Persistence::memory;
  // A signal of the browser is a default; what the site knows of this visitor's own choice is more.
  const bool signal = (respect_gpc && gpc) || (respect_dnt && dnt);
  if (signal) consent = consent_default = Consent::denied;
  if (const auto given_consent = consent_of(chosen_consent)) {
    consent = consent_default = *given_consent;
    // A decision that waits is none yet: a remembered one counts.
    consent_given = *given_consent != Consent::pending;
  } else if (!chosen_consent.empty()) {
    complaints.push_back({Hint::option_wrong_type, "consent"});
    // Whoever meant to restrict must not get the opposite for a slip of the pen.
    consent = consent_default = Consent::denied;
    consent_given = true;
  }
  while (!api_base.empty() && api_base.back() == '/') api_base.pop_back();
  return app_id.empty() ? Status::app_id_missing : Status::ok;
}

// `true`, or an object that says in what it differs from `true`.
void Config::read_auto_events(std::string_view value, std::vector<Complaint>& complaints) {
  const auto all = json::boolean(value);
  page_views = page_leave = all.value_or(true);
  if (all) return;
  std::string_view views;
  const Option known[] = {{"pageViews", &views},
                          {"pageLeave", &page_leave},
                          {"sessionStart", &session_start},
                          {"outboundLinks", &outbound_links},
                          {"downloads", &downloads}};
  if (!read_into(known, value, complaints, "autoEvents.")) {
    page_views = page_leave = false;
    complaints.push_back({Hint::option_wrong_type, "autoEvents"});
  }
  if (views.empty()) return;
  if (const auto wanted = json::boolean(views)) {
    page_views = *wanted;
    return;
  }
  std::string_view hash;
  const Option counted[] = {{"query", &count_query}, {"hash", &hash}};
  if (!read_into(counted, views, complaints, "autoEvents.pageViews.")) {
    complaints.push_back({Hint::option_wrong_type, "autoEvents.pageViews"});
  }
  if (hash.empty()) return;
  if (const auto every = json::boolean(hash)) {
    count_hash = *every ? Hashes::all : Hashes::none;
  } else {
    complaints.push_back({Hint::option_wrong_type, "autoEvents.pageViews.hash"});
  }
}

void Config::read_auto_hook(std::string_view value, std::vector<Complaint>& complaints) {
  const auto all = json::boolean(value);
  form_submits = all.value_or(true);
  if (all) return;
  const Option known[] = {{"submits", &form_submits}, {"starts", &form_starts}};
  if (!read_into(known, value, complaints, "autoHook.")) {
    form_submits = false;
    complaints.push_back({Hint::option_wrong_type, "autoHook"});
  }
}

bool Config::read_persistence(std::string_view value) {
  constexpr std::string_view kNames[] = {"localStorage", "cookie", "both", "memory"};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (value != kNames[i]) continue;
    persistence = static_cast<Persistence>(i);
    return true;
  }
  return false;
}

}  // namespace appizer
