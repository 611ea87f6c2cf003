// The origin's localStorage and cookies, which all its pages share.
#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace sim {

class Storage {
 public:
  using Items = std::map<std::string, std::string, std::less<>>;
  /// What it does: work; refuse writes; throw at everything, as where cookies are blocked.
  enum class Health { works, refuses, throws };

  explicit Storage(std::size_t quota) : quota_(quota) {}

  /// Keys that start with "cookie:" are cookies: they have a quota of their own, and
  /// no event reports a change.
  bool set(const std::string& key, const std::string& value);
  bool erase(const std::string& key);
  const std::string* get(std::string_view key) const;
  /// The names of all keys that start with `prefix`, as the glue hands them over.
  std::string keys(std::string_view prefix) const;

  Health health() const { return health_; }
  void become(Health health) { health_ = health; }
  void set_quota(std::size_t quota) { quota_ = quota; }

  /// What is really there, whatever the health.
  const Items& items() const { return items_; }
  const Items& cookies() const { return cookies_; }
  /// Characters that still fit.
  std::size_t room() const { return quota_ - std::min(used_, quota_); }
  void lose_cookies() { cookies_.clear(); }
  void put(const std::string& key, std::string value);
  void drop(const std::string& key);
  void clear();

 private:
  Items items_;
  Items cookies_;
  std::size_t used_ = 0;
  std::size_t quota_;
  Health health_ = Health::works;
};

}  // namespace sim
