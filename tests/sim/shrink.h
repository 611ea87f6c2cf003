// Makes a failing plan shorter.
#pragma once

#include "plan.h"

namespace sim {

/// Leaves out actions, by halves and then one by one, as long as it still violates an
/// invariant.
Plan shrink(Plan plan);

}  // namespace sim
