// A list: what std::vector is, as far as the core needs it.
//
// std::vector brings its own growth, moving and destruction for each type that is put into one.
// Here only what depends on the type is compiled for it. Elements are moved as bytes, which is
// right for everything the core puts into lists (plain values, strings, lists, and structs of
// them): none of them holds a pointer to itself.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <new>
#include <utility>

#include "base/inline.h"

namespace appizer {

/// The part that knows nothing of the type.
class AnyList {
 public:
  APZ_INLINE std::size_t size() const { return size_; }
  APZ_INLINE bool empty() const { return size_ == 0; }

 protected:
  AnyList() = default;
  ~AnyList();
  /// Opens a gap for one element of `bytes` at index `at`, and returns it.
  void* open(std::size_t at, std::size_t bytes);
  /// Closes the gap of `count` elements at index `at`.
  void close(std::size_t at, std::size_t count, std::size_t bytes);
  void swap(AnyList& other);

  void* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

template <typename T>
class List : public AnyList {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  APZ_INLINE List() {}
  List(std::initializer_list<T> all) {
    for (const T& one : all) push_back(T(one));
  }
  List(const List& other) {
    for (const T& one : other) push_back(T(one));
  }
  List(List&& other) noexcept { swap(other); }
  ~List() { clear(); }
  List& operator=(const List& other) { return *this = List(other); }
  List& operator=(List&& other) noexcept {
    swap(other);
    return *this;
  }

  APZ_INLINE T* begin() { return static_cast<T*>(data_); }
  APZ_INLINE T* end() { return begin() + size_; }
  APZ_INLINE const T* begin() const { return static_cast<const T*>(data_); }
  APZ_INLINE const T* end() const { return begin() + size_; }
  APZ_INLINE T& operator[](std::size_t i) { return begin()[i]; }
  APZ_INLINE const T& operator[](std::size_t i) const { return begin()[i]; }
  APZ_INLINE T& back() { return end()[-1]; }
  APZ_INLINE const T& back() const { return end()[-1]; }

  /// An element that is part of the list must not be handed in: making room may move it.
  T& push_back(T&& one) { return insert(size_, std::move(one)); }
  T& push_back(const T& one) { return insert(size_, T(one)); }
  T& insert(std::size_t at, T&& one) { return *new (open(at, sizeof(T))) T(std::move(one)); }
  void erase(std::size_t at, std::size_t count = 1) {
    for (std::size_t i = at; i < at + count; ++i) begin()[i].~T();
    close(at, count, sizeof(T));
  }
  void clear() { erase(0, size_); }
  /// The first that `wanted` says yes to, null if there is none.
  template <typename Wanted>
  T* find(Wanted wanted) {
    for (T& one : *this) {
      if (wanted(one)) return &one;
    }
    return nullptr;
  }
  /// Removes all that `gone` says yes to, asked from the last to the first; the others stay in
  /// order.
  template <typename Gone>
  void remove_if(Gone gone) {
    // From the back: where all go, none is moved.
    for (std::size_t i = size_; i-- > 0;) {
      if (gone(begin()[i])) erase(i);
    }
  }
};

}  // namespace appizer
