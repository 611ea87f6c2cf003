#include "storage.h"

#include <utility>

#include "visitor/identity.h"

namespace sim {
namespace {

bool is_cookie(std::string_view key) { return key.starts_with(appizer::kCookie); }

}  // namespace

bool Storage::set(const std::string& key, const std::string& value) {
  if (is_cookie(key) && health_ != Health::throws) {
    cookies_[key] = value;
    return true;
  }
  if (health_ != Health::works) return false;
  const auto found = items_.find(key);
  const std::size_t before = found == items_.end() ? 0 : key.size() + found->second.size();
  if (used_ - before + key.size() + value.size() > quota_) return false;
  put(key, value);
  return true;
}

bool Storage::erase(const std::string& key) {
  if (health_ == Health::throws) return false;
  if (is_cookie(key)) {
    cookies_.erase(key);
  } else {
    drop(key);
  }
  return true;
}

const std::string* Storage::get(std::string_view key) const {
  if (health_ == Health::throws) return nullptr;
  const Items& kept = is_cookie(key) ? cookies_ : items_;
  const auto found = kept.find(key);
  return found == kept.end() ? nullptr : &found->second;
}

std::string Storage::keys(std::string_view prefix) const {
  std::string list;
  if (health_ == Health::throws) return list;
  for (auto at = items_.lower_bound(prefix); at != items_.end(); ++at) {
    if (at->first.compare(0, prefix.size(), prefix) != 0) break;
    if (!list.empty()) list += '\n';
    list += at->first;
  }
  return list;
}

void Storage::put(const std::string& key, std::string value) {
  const auto [item, is_new] = items_.try_emplace(key);
  if (is_new) used_ += key.size();
  used_ += value.size() - item->second.size();
  item->second = std::move(value);
}

void Storage::drop(const std::string& key) {
  const auto found = items_.find(key);
  if (found == items_.end()) return;
  used_ -= key.size() + found->second.size();
  items_.erase(found);
}

void Storage::clear() {
  items_.clear();
  used_ = 0;
}

}  // namespace sim
