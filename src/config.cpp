#include "config.h"

#include <algorithm>
#include <variant>

namespace appizer {
namespace {

using Target = std::variant<std::string*, bool*, std::size_t*, Millis*>;

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
  const auto read = json::number(value);
  if (!read || *read < 1 || *read > 1e12) return false;
  if (const auto* count = std::get_if<std::size_t*>(&target)) {
    **count = static_cast<std::size_t>(std::min(*read, 1e9));
  } else {
    *std::get<Millis*>(target) = static_cast<Millis>(*read);
  }
  return true;
}

template <typename Options>
void read_into(const Options& options, std::string_view text,
               std::vector<Config::Complaint>& complaints) {
  const auto members = json::members(text);
  if (!members) return;
  for (const json::Member& member : *members) {
    const auto found = std::find_if(std::begin(options), std::end(options),
                                    [&](const Option& one) { return one.name == member.name; });
    if (found == std::end(options)) {
      complaints.push_back({Hint::option_unknown, member.name});
    } else if (member.value != "null" && !assign(found->target, member.value)) {
      complaints.push_back({Hint::option_wrong_type, member.name});
    }
  }
}

}  // namespace

Status Config::read(std::string_view text, std::vector<Complaint>& complaints) {
  const auto options = json::member(text, "options");
  const auto facts = json::member(text, "facts");
  if (!options || !facts || !json::is_object(*options)) return Status::options_unusable;
  const Option known[] = {
      {"appId", &app_id},
      {"autoEvents", &auto_events},
      {"autoHook", &auto_hook},
      {"apiBase", &api_base},
      {"userIdStorageKey", &user_id_storage_key},
      {"debug", &debug},
      {"confirmUnload", &confirm_unload},
      {"maxQueueEvents", &max_queue_events},
      {"maxQueueBytes", &max_queue_bytes},
      {"sessionTimeout", &session_timeout},
  };
  read_into(known, *options, complaints);
  const Option given[] = {{"ua", &user_agent},
                          {"online", &online},
                          {"visible", &visible},
                          {"locks", &locks},
                          {"later", &later}};
  std::vector<Complaint> none;
  read_into(given, *facts, none);
  while (!api_base.empty() && api_base.back() == '/') api_base.pop_back();
  return app_id.empty() ? Status::app_id_missing : Status::ok;
}

}  // namespace appizer
