// Attributes for what has to be small in the module.
#pragma once

/// For what is shorter than a call. Under -Oz the compiler would not see that: it counts the call's
/// instruction, and not what it takes to have a view in memory for it.
#define APZ_INLINE [[gnu::always_inline]] inline

/// For what is there once: the module has one thread, the simulator lives in several worlds at
/// once, each in its own.
#ifdef __EMSCRIPTEN__
#define APZ_PER_THREAD
#else
#define APZ_PER_THREAD thread_local
#endif
