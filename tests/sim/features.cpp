#include "features.h"

namespace sim {
namespace {

Features passed() {
  Features features;
  for (const Feature feature :
       {Feature::worker, Feature::endless, Feature::long_answers, Feature::foreign_keys,
        Feature::wrapped_fetch, Feature::batching, Feature::sequence, Feature::twins,
        Feature::links, Feature::prerender, Feature::deploy, Feature::false_offline,
        Feature::own_clear, Feature::alias_refused, Feature::dead_locks, Feature::proxy,
        Feature::silence, Feature::views, Feature::early}) {
    features.set(feature, true);
  }
  return features;
}

}  // namespace

bool Features::set(std::string_view name, bool on) {
  bool found = name == "all";
  for (const auto& [feature, its_name] : kFeatureNames) {
    if (name != "all" && name != its_name) continue;
    set(feature, on);
    found = true;
  }
  return found;
}

Features& forced_features() {
  static Features features;
  return features;
}

Features& enabled_features() {
  static Features features = passed();
  return features;
}

}  // namespace sim
