// The exports that both modules have. Included at the end of the file that has a module's `client`
// and its other exports, and that has included abi.h.
#pragma once

#include <cstdint>

#include "base/json.h"
#include "base/text.h"
#include "buffers.h"
#include "effect.h"

extern "C" {

APZ_EXPORT(apz_input)
char* apz_input(std::uint32_t size) {
  if (size > input.size()) input.resize(size);
  return input.data();
}

APZ_EXPORT(apz_output)
const char* apz_output() { return output.data(); }

APZ_EXPORT(apz_output_size)
std::uint32_t apz_output_size() { return static_cast<std::uint32_t>(output.size()); }

APZ_EXPORT(apz_storage_value)
void apz_storage_value(std::uint32_t key_size, std::int32_t value_size, double monotonic,
                       double wall) {
  client.handle_storage_value(text(key_size), text_or_none(value_size, key_size),
                              at(monotonic, wall));
}

APZ_EXPORT(apz_storage_keys)
void apz_storage_keys(std::int32_t size, double monotonic, double wall) {
  client.handle_storage_keys(text_or_none(size), at(monotonic, wall));
}

APZ_EXPORT(apz_lock)
void apz_lock(std::uint32_t name_size, std::int32_t granted, double monotonic, double wall) {
  client.handle_lock(text(name_size), granted != 0, at(monotonic, wall));
}

APZ_EXPORT(apz_store_failed)
void apz_store_failed(std::uint32_t key_size, double monotonic, double wall) {
  client.handle_store_failed(text(key_size), at(monotonic, wall));
}

APZ_EXPORT(apz_response)
void apz_response(std::uint32_t body_size, std::uint32_t id, std::int32_t status,
                  double retry_after, double reset, double retry_at, double monotonic,
                  double wall) {
  client.handle_response(id, status, {retry_after, reset, retry_at}, text(body_size),
                         at(monotonic, wall));
}

APZ_EXPORT(apz_poll)
std::int32_t apz_poll() {
  Effect next;
  output.clear();
  if (!client.poll(next)) return Effect::none;
  output += static_cast<char>('0' + next.flag);
  json::append_integer(output, next.number);
  output += '\0';
  output += next.text;
  output += '\0';
  output += next.more;
  return next.kind;
}

APZ_EXPORT(apz_next_wake)
double apz_next_wake() { return static_cast<double>(client.next_wake()); }

}  // extern "C"
