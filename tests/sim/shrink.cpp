#include "shrink.h"

#include <algorithm>
#include <utility>

#include "world.h"

namespace sim {
namespace {

bool fails(const Plan& plan) { return !World(plan, false).run().empty(); }

bool without(Plan& plan, std::size_t from, std::size_t count) {
  Plan shorter = plan;
  const auto begin = shorter.actions.begin() + static_cast<std::ptrdiff_t>(from);
  const auto end = begin + static_cast<std::ptrdiff_t>(std::min(count, plan.actions.size() - from));
  // The time that passed still passes, in front of what comes next.
  Millis passed = 0;
  for (auto action = begin; action != end; ++action) passed += action->after;
  if (end != shorter.actions.end()) end->after += passed;
  shorter.actions.erase(begin, end);
  if (!fails(shorter)) return false;
  plan = std::move(shorter);
  return true;
}

}  // namespace

Plan shrink(Plan plan) {
  constexpr int kTries = 2000;
  int tries = 0;
  for (std::size_t size = std::max<std::size_t>(plan.actions.size() / 2, 1); size > 0; size /= 2) {
    bool again = true;
    while (std::exchange(again, false)) {
      for (std::size_t at = plan.actions.size(); at > 0 && ++tries < kTries;) {
        at -= std::min(at, size);
        if (without(plan, at, size)) again = size == 1;
      }
    }
  }
  return plan;
}

}  // namespace sim
