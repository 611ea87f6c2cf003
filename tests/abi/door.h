// The ABI with the one client of the module replaced for every test.
#pragma once

#include "abi.h"

namespace appizer::test {

/// Forgets everything, as if the module had just been instantiated.
void renew();

}  // namespace appizer::test
