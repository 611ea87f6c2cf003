#include "visitor/first_touch.h"

#include "base/json.h"
#include "base/text.h"

namespace appizer {
namespace {

constexpr std::size_t kLongestLanding = 16 * 1024;

}  // namespace

void FirstTouch::read(Effects& effects) { effects.read(key_); }

bool FirstTouch::handle_storage_value(View key, View text) {
  if (key != key_) return false;
  known_ = true;
  if (text.size() <= kLongestLanding && json::is_object(text)) landing_ = text;
  return true;
}

void FirstTouch::handle_landing(View landing, Effects& effects) {
  if (!known_ || landing.empty() || !landing_.empty()) return;
  landing_ = landing;
  effects.store(key_, landing);
}

void FirstTouch::forget(Effects& effects) {
  if (landing_.empty()) return;
  landing_.clear();
  effects.erase(key_);
}

}  // namespace appizer
