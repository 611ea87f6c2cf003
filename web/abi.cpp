#include "abi.h"

#include <cstdint>

#include "base/ids.h"
#include "base/text.h"
#include "buffers.h"
#include "client.h"

namespace {

Client client;

}  // namespace

extern "C" {

APZ_EXPORT(apz_start)
std::int32_t apz_start(std::uint32_t config_size, double monotonic, double wall) {
  const Client::Seed seed{entropy(config_size), entropy(config_size + sizeof(Entropy))};
  return code(client.start(text(config_size), seed, at(monotonic, wall)));
}

APZ_EXPORT(apz_track)
std::int32_t apz_track(std::uint32_t name_size, std::uint32_t properties_size,
                       std::uint32_t app_size, double happened, double monotonic, double wall) {
  const View properties = text(properties_size, name_size);
  const View app = text(app_size, name_size + properties_size);
  const Status status =
      client.track(text(name_size), properties, app, millis(happened), at(monotonic, wall));
  return code(status) + (client.waits_for_storage() ? APZ_WAITS : 0);
}

APZ_EXPORT(apz_early)
void apz_early(std::uint32_t size, double /*monotonic*/, double /*wall*/) {
  client.handle_early(text(size));
}

APZ_EXPORT(apz_set_user_id)
std::int32_t apz_set_user_id(std::uint32_t size, double monotonic, double wall) {
  return code(client.set_user_id(text(size), at(monotonic, wall)));
}

APZ_EXPORT(apz_set_user_properties)
std::int32_t apz_set_user_properties(std::uint32_t size, double monotonic, double wall) {
  return code(client.set_user_properties(text(size), at(monotonic, wall)));
}

APZ_EXPORT(apz_reset)
std::int32_t apz_reset(double monotonic, double wall) {
  return code(client.reset(entropy(0), at(monotonic, wall)));
}

APZ_EXPORT(apz_set_consent)
std::int32_t apz_set_consent(std::uint32_t size, double monotonic, double wall) {
  return code(client.set_consent(text(size), entropy(size), at(monotonic, wall)));
}

APZ_EXPORT(apz_user_id)
void apz_user_id() { output = client.user_id(); }

APZ_EXPORT(apz_visit)
void apz_visit(double monotonic, double wall) { output = client.visit(at(monotonic, wall)); }

APZ_EXPORT(apz_flush)
std::int32_t apz_flush(std::uint32_t token, double monotonic, double wall) {
  return code(client.flush(token, at(monotonic, wall)));
}

APZ_EXPORT(apz_navigation)
void apz_navigation(std::uint32_t url_size, std::int32_t gesture, double monotonic, double wall) {
  client.handle_navigation(text(url_size), gesture != 0, at(monotonic, wall));
}

APZ_EXPORT(apz_page_facts)
void apz_page_facts(std::uint32_t url_size, std::uint32_t title_size, std::uint32_t referrer_size,
                    std::uint32_t landing_size, double scroll, std::int32_t loaded,
                    double monotonic, double wall) {
  const std::uint32_t before_referrer = url_size + title_size;
  client.handle_page_facts(
      {text(url_size), text(title_size, url_size), text(referrer_size, before_referrer), scroll,
       text(landing_size, before_referrer + referrer_size), loaded != 0},
      at(monotonic, wall));
}

APZ_EXPORT(apz_click)
void apz_click(std::uint32_t url_size, std::int32_t download_size, std::int32_t button,
               double monotonic, double wall) {
  const bool downloads = download_size >= 0;
  const View download = text(downloads ? static_cast<std::uint32_t>(download_size) : 0, url_size);
  client.handle_click({text(url_size), download, downloads, button}, at(monotonic, wall));
}

APZ_EXPORT(apz_press)
void apz_press(std::uint32_t event_size, std::uint32_t properties_size, std::uint32_t text_size,
               std::uint32_t id_size, double monotonic, double wall) {
  const std::uint32_t before_text = event_size + properties_size;
  client.handle_press({text(event_size), text(properties_size, event_size),
                       text(text_size, before_text), text(id_size, before_text + text_size)},
                      at(monotonic, wall));
}

APZ_EXPORT(apz_form)
void apz_form(std::uint32_t size, std::int32_t kind, std::uint32_t id, double detail,
              double monotonic, double wall) {
  client.handle_form(static_cast<Forms::Input>(kind), id, detail, text(size), at(monotonic, wall));
}

APZ_EXPORT(apz_host_event)
void apz_host_event(std::int32_t event, double monotonic, double wall) {
  at(monotonic, wall);
  switch (event) {
    case APZ_WAKE:
      return client.handle_wake(now);
    case APZ_ONLINE:
    case APZ_OFFLINE:
      return client.handle_online(event == APZ_ONLINE, now);
    case APZ_VISIBLE:
    case APZ_HIDDEN:
      return client.handle_visibility(event == APZ_VISIBLE, now);
    case APZ_PAGEHIDE:
      return client.handle_pagehide(now);
    case APZ_HANDOVER:
    case APZ_HANDOVER_UNSURE:
      return client.handle_handover(now, event == APZ_HANDOVER);
    case APZ_REQUESTS_UNSURE:
      return client.handle_requests_unsure(now);
    case APZ_PAGESHOW:
      return client.handle_pageshow(now);
    case APZ_STORAGE_CLEARED:
      return client.handle_storage_cleared(now);
    default:
      __builtin_trap();
  }
}

}  // extern "C"

#include "exports.h"
