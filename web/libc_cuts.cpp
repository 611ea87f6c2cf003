// What the module leaves out of libc.
//
// nlohmann's lexer converts every number it sees, and throws the value away where we ask for the
// text alone (json.cpp reads numbers itself). The conversions bring 128-bit floating point
// arithmetic and stdio into the module, more than the rest of it weighs (docs/size.md), so here
// they are empty. Native builds have libc's own: what is tested there besides is that no value is
// ever used.
#ifdef __EMSCRIPTEN__

#include <cstdlib>

extern "C" {

double strtod(const char*, char**) { return 0; }
float strtof(const char*, char**) { return 0; }
long double strtold(const char*, char**) { return 0; }

}  // extern "C"

#endif
