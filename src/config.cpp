#include "config.h"

#include "bots.h"
#include "compare.h"
#include "list.h"
#include "text.h"

namespace appizer {
namespace {

/// The types that an option may have. `raw` takes the value as it stands, for one that has several.
enum class Type { text, flag, count, millis, raw };

struct Option {
  Option(const char* named, String* to) : name(named), target(to), type(Type::text) {}
  Option(const char* named, bool* to) : name(named), target(to), type(Type::flag) {}
  Option(const char* named, std::size_t* to) : name(named), target(to), type(Type::count) {}
  Option(const char* named, Millis* to) : name(named), target(to), type(Type::millis) {}
  Option(const char* named, View* to) : name(named), target(to), type(Type::raw) {}

  const char* name;
  void* target;
  Type type;
};

// Takes the value if it has the option's type.
bool assign(const Option& option, View value) {
  void* const target = option.target;
  if (option.type == Type::text) {
    const View text = json::string(value);
    if (text.empty()) return false;
    *static_cast<String*>(target) = text;
    return true;
  }
  if (option.type == Type::flag) {
    const json::Truth truth = json::boolean(value);
    if (truth == json::Truth::neither) return false;
    *static_cast<bool*>(target) = truth == json::Truth::yes;
    return true;
  }
  if (option.type == Type::raw) {
    *static_cast<View*>(target) = value;
    return true;
  }
  const double number = json::number(value);
  if (!(number >= 1 && number <= 1e12)) return false;
  if (option.type == Type::count) {
    *static_cast<std::size_t*>(target) = static_cast<std::size_t>(min(number, 1e9));
  } else {
    *static_cast<Millis*>(target) = static_cast<Millis>(number);
  }
  return true;
}

// False where `text` is no object. `outer` is what the options are part of, with a dot behind it.
bool read_into(const Option* begin, const Option* end, View text,
               List<Config::Complaint>& complaints, View outer);

template <std::size_t count>
APZ_INLINE bool read_into(const Option (&options)[count], View text,
                          List<Config::Complaint>& complaints, View outer = {}) {
  return read_into(options, options + count, text, complaints, outer);
}
bool read_into(const Option* begin, const Option* end, View text,
               List<Config::Complaint>& complaints, View outer) {
  List<json::Member> members;
  if (!json::members(text, members)) return false;
  for (const json::Member& member : members) {
    const Option* option = begin;
    while (option != end && member.name != option->name) ++option;
    const bool known = option != end;
    if (!known || (member.value != "null" && !assign(*option, member.value))) {
      complaints.push_back(
          {known ? Hint::option_wrong_type : Hint::option_unknown, outer + member.name});
    }
  }
  return true;
}

}  // namespace

Status Config::read(View text, List<Complaint>& complaints) {
  const View options = json::member(text, "options");
  const View facts = json::member(text, "facts");
  if (facts.is_none() || !json::is_object(options)) return Status::options_unusable;
  View chosen_events;
  View chosen_hook;
  String chosen_consent;
  String chosen_persistence;
  String chosen_bots;
  View redact;
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
  read_into(known, options, complaints);
  if (!chosen_events.empty()) read_auto_events(chosen_events, complaints);
  if (!chosen_hook.empty()) read_auto_hook(chosen_hook, complaints);
  if (!redact.empty() && !json::strings(redact, redact_parameters)) {
    complaints.push_back({Hint::option_wrong_type, "redactParameters"});
  }
  const Option given[] = {{"ua", &user_agent}, {"online", &online}, {"visible", &visible},
                          {"locks", &locks},   {"later", &later},   {"keepalive", &keepalive},
                          {"gpc", &gpc},       {"dnt", &dnt},       {"hooks", &hooks},
                          {"webdriver", &bot}};
  List<Complaint> none;
  read_into(given, facts, none);
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
  if (read_consent(chosen_consent, consent)) {
    consent_default = consent;
    // A decision that waits is none yet: a remembered one counts.
    consent_given = consent != Consent::pending;
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
void Config::read_auto_events(View value, List<Complaint>& complaints) {
  const json::Truth all = json::boolean(value);
  page_views = page_leave = all != json::Truth::no;
  if (all != json::Truth::neither) return;
  View views;
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
  if (const json::Truth wanted = json::boolean(views); wanted != json::Truth::neither) {
    page_views = wanted == json::Truth::yes;
    return;
  }
  View hash;
  const Option counted[] = {{"query", &count_query}, {"hash", &hash}};
  if (!read_into(counted, views, complaints, "autoEvents.pageViews.")) {
    complaints.push_back({Hint::option_wrong_type, "autoEvents.pageViews"});
  }
  if (hash.empty()) return;
  if (const json::Truth every = json::boolean(hash); every != json::Truth::neither) {
    count_hash = every == json::Truth::yes ? Hashes::all : Hashes::none;
  } else {
    complaints.push_back({Hint::option_wrong_type, "autoEvents.pageViews.hash"});
  }
}

void Config::read_auto_hook(View value, List<Complaint>& complaints) {
  const json::Truth all = json::boolean(value);
  form_submits = all != json::Truth::no;
  if (all != json::Truth::neither) return;
  const Option known[] = {{"submits", &form_submits}, {"starts", &form_starts}};
  if (!read_into(known, value, complaints, "autoHook.")) {
    form_submits = false;
    complaints.push_back({Hint::option_wrong_type, "autoHook"});
  }
}

bool Config::read_persistence(View value) {
  constexpr const char* kNames[] = {"localStorage", "cookie", "both", "memory"};
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (value != kNames[i]) continue;
    persistence = static_cast<Persistence>(i);
    return true;
  }
  return false;
}

}  // namespace appizer
