#include "locks.h"

#include <algorithm>
#include <utility>

namespace sim {

std::uint32_t Locks::request(std::uint32_t document, const std::string& name, bool wait,
                             Millis now) {
  const auto index = static_cast<std::uint32_t>(claims_.size());
  claims_.push_back({document, name, now});
  auto& line = lines_[name];
  if (!line.empty() && !wait) {
    claims_[index].open = false;
    results_.push_back(index);
    return index;
  }
  line.push_back(index);
  if (line.size() == 1) grant_next(line);
  return index;
}

void Locks::grant_next(std::vector<std::uint32_t>& line) {
  if (line.empty() || claims_[line[0]].granted) return;
  claims_[line[0]].granted = true;
  results_.push_back(line[0]);
}

void Locks::release(std::uint32_t document, std::string_view name) {
  const bool all = name == ".";
  const bool several = all || name.ends_with('.');
  for (auto line = lines_.begin(); line != lines_.end();) {
    const bool named = all || (several ? line->first.starts_with(name) : line->first == name);
    if (named) {
      auto& queue = line->second;
      std::erase_if(queue, [&](std::uint32_t index) {
        if (claims_[index].document != document) return false;
        claims_[index].open = false;
        return true;
      });
      grant_next(queue);
    }
    line = line->second.empty() ? lines_.erase(line) : std::next(line);
  }
}

bool Locks::holds(std::uint32_t document, const std::string& name) const {
  const auto line = lines_.find(name);
  if (line == lines_.end()) return false;
  const Claim& first = claims_[line->second[0]];
  return first.document == document && first.reported;
}

Millis Locks::asked(std::uint32_t document, const std::string& name) const {
  const auto line = lines_.find(name);
  if (line == lines_.end()) return -1;
  for (const std::uint32_t index : line->second) {
    if (claims_[index].document == document) return claims_[index].asked;
  }
  return -1;
}

bool Locks::waits(std::uint32_t document) const {
  for (const auto& [name, line] : lines_) {
    for (std::size_t i = 1; i < line.size(); ++i) {
      if (claims_[line[i]].document == document) return true;
    }
  }
  return false;
}

bool Locks::wants(std::uint32_t document) const {
  return std::any_of(lines_.begin(), lines_.end(), [&](const auto& line) {
    return std::any_of(line.second.begin(), line.second.end(),
                       [&](std::uint32_t index) { return claims_[index].document == document; });
  });
}

}  // namespace sim
