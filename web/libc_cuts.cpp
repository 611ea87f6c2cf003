// What the module has in place of libc's own.
//
// nlohmann's lexer converts every number it sees, and throws the value away where we ask for the
// text alone (json.cpp reads numbers itself). The conversions bring 128-bit floating point
// arithmetic and stdio into the module, more than the rest of it weighs, so here they are empty.
// Copying, measuring and the heap are there in short forms (docs/size.md has what each gave).
// Native builds have libc's own; the module's are what the glue's and the browser's tests run on.
#ifdef __EMSCRIPTEN__

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

extern "C" {

double strtod(const char*, char**) { return 0; }
float strtof(const char*, char**) { return 0; }
long double strtold(const char*, char**) { return 0; }
long long strtoll(const char*, char**, int) { return 0; }
unsigned long long strtoull(const char*, char**, int) { return 0; }

std::size_t strlen(const char* text) {
  std::size_t size = 0;
  while (text[size] != '\0') ++size;
  return size;
}

// Eight bytes at a time, which WebAssembly may load from anywhere.
void* memcpy(void* to, const void* from, std::size_t size) {
  auto* out = static_cast<char*>(to);
  const auto* in = static_cast<const char*>(from);
  for (; size >= 8; size -= 8, in += 8, out += 8) {
    __builtin_memcpy(out, in, 8);
  }
  while (size-- > 0) *out++ = *in++;
  return to;
}

// The heap: blocks of powers of two, each with its power in front of it. A block that is given back
// waits for the next request of its size. What the core keeps is bounded (the queue's caps), so is
// what can wait.
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kPage = 64 * 1024;
struct Block {
  std::size_t power;
  Block* next;
};
Block* waiting[32];
std::size_t top = 0;

}  // namespace

extern char __heap_base;

void* malloc(std::size_t size) {
  // The least power of two that holds the size and the header, 16 at the least.
  if (size > (std::size_t{1} << 30)) return nullptr;
  const std::size_t power =
      size <= kHeader ? 4 : 32 - static_cast<std::size_t>(__builtin_clz(size + kHeader - 1));
  Block* block = waiting[power];
  if (block != nullptr) {
    waiting[power] = block->next;
  } else {
    if (top == 0) top = (reinterpret_cast<std::size_t>(&__heap_base) + 15) & ~std::size_t{15};
    const std::size_t end = top + (std::size_t{1} << power);
    const std::size_t pages = (end + kPage - 1) / kPage;
    const std::size_t has = __builtin_wasm_memory_size(0);
    if (pages > has && __builtin_wasm_memory_grow(0, pages - has) == static_cast<std::size_t>(-1)) {
      return nullptr;
    }
    block = reinterpret_cast<Block*>(top);
    block->power = power;
    top = end;
  }
  return reinterpret_cast<char*>(block) + kHeader;
}

void free(void* memory) {
  if (memory == nullptr) return;
  auto* const block = reinterpret_cast<Block*>(static_cast<char*>(memory) - kHeader);
  block->next = waiting[block->power];
  waiting[block->power] = block;
}

}  // extern "C"

void* operator new(std::size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) __builtin_trap();
  return memory;
}

void operator delete(void* memory) noexcept { std::free(memory); }

#endif
