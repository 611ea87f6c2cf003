// Makes a failing plan shorter.
#pragma once

#include "plan.h"

namespace sim {

/// Leaves out actions, by halves and then one by one, as long as the world still breaks a promise.
Plan shrink(Plan plan);

}  // namespace sim
