// FNV-1a, the one hash of the core.
#pragma once

#include <cstdint>

#include "base/text.h"

namespace appizer {

/// FNV-1a (Fowler, Noll and Vo) in 32 or 64 bits. `hash` is that of the text before, if there is
/// one. It distinguishes damaged text from whole and one text from another, not honest from forged.
template <typename Word>
constexpr Word kFnvBasis = static_cast<Word>(sizeof(Word) == 8 ? 14695981039346656037U
                                                               : 2166136261U);
template <typename Word>
Word fnv1a(View text, Word hash = kFnvBasis<Word>) {
  constexpr auto kPrime = static_cast<Word>(sizeof(Word) == 8 ? 1099511628211U : 16777619U);
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  return hash;
}

}  // namespace appizer
