#include "base/list.h"

#include <cstdlib>
#include <cstring>

namespace appizer {

AnyList::~AnyList() { std::free(data_); }

void* AnyList::open(std::size_t at, std::size_t bytes) {
  if (size_ == capacity_) {
    capacity_ = 2 * capacity_ + 2;
    void* const grown = std::malloc(capacity_ * bytes);
    if (grown == nullptr) __builtin_trap();
    if (size_ > 0) std::memcpy(grown, data_, size_ * bytes);
    std::free(data_);
    data_ = grown;
  }
  char* const gap = static_cast<char*>(data_) + at * bytes;
  std::memmove(gap + bytes, gap, (size_++ - at) * bytes);
  return gap;
}

void AnyList::close(std::size_t at, std::size_t count, std::size_t bytes) {
  if (count == 0) return;
  char* const gap = static_cast<char*>(data_) + at * bytes;
  size_ -= count;
  std::memmove(gap, gap + count * bytes, (size_ - at) * bytes);
}

void AnyList::swap(AnyList& other) {
  void* const data = data_;
  const std::size_t size = size_;
  const std::size_t capacity = capacity_;
  data_ = other.data_;
  size_ = other.size_;
  capacity_ = other.capacity_;
  other.data_ = data;
  other.size_ = size;
  other.capacity_ = capacity;
}

}  // namespace appizer
