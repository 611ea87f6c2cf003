// Every exported function and number of the module; the only extern "C".
//
// One module instance is one client. Text crosses as UTF-8 through two buffers that the module
// owns: the caller writes into the input buffer (`apz_input`) and says how many bytes each text
// has; the module answers in the output buffer, whose content stands until the next call. Times
// cross as doubles, in milliseconds: `monotonic` and `wall` are the moment of the call (moment.h).
// Sizes of texts come first, the moment comes last.
// A call that can fail returns 0 or a negative `Status` (status.h). A size that is outside
// the input, or an event that does not exist, is a trap.
#pragma once

#include <cstdint>

#ifdef __EMSCRIPTEN__
#define APZ_EXPORT(name) __attribute__((export_name(#name), used))
#else
#define APZ_EXPORT(name)
#endif

extern "C" {

enum ApzAnswer : std::int32_t {
  APZ_WAITS = -100,
};

/// Returns the input buffer after making sure that `size` bytes fit. It may move.
char* apz_input(std::uint32_t size);
/// Returns the output buffer, and how many bytes of it are used.
const char* apz_output();
std::uint32_t apz_output_size();

/// Input: `config_size` bytes of {"options":{…},"facts":{…}}, then 32 random bytes.
std::int32_t apz_start(std::uint32_t config_size, double monotonic, double wall);
/// Input: the event's name, its properties as JSON, and its app, empty for the client's own.
/// `happened` is wall time. APZ_WAITS is added to the status where storage is to be asked before
/// the event can be recorded, as one that begins a session: every effect is then to be performed
/// before the next call, so that what a loop tracks does not wait in memory.
std::int32_t apz_track(std::uint32_t name_size, std::uint32_t properties_size,
                       std::uint32_t app_size, double happened, double monotonic, double wall);
/// The next `apz_track` is a call that storage has already. Input: "<time> <number>", see
/// `Client::handle_early`.
void apz_early(std::uint32_t size, double monotonic, double wall);
/// Input: the id as JSON.
std::int32_t apz_set_user_id(std::uint32_t size, double monotonic, double wall);
/// Input: a JSON object.
std::int32_t apz_set_user_properties(std::uint32_t size, double monotonic, double wall);
/// Input: 16 random bytes.
std::int32_t apz_reset(double monotonic, double wall);
/// Input: `size` bytes of the state as JSON, then 16 random bytes.
std::int32_t apz_set_consent(std::uint32_t size, double monotonic, double wall);
/// Puts the visitor's id into the output buffer; nothing while there is none.
void apz_user_id();
/// Puts "<session> <view>" into the output buffer, see `Client::visit`; nothing while there is
/// none.
void apz_visit(double monotonic, double wall);
std::int32_t apz_flush(std::uint32_t token, double monotonic, double wall);

/// Input: the key, then its value. `value_size` is negative where it has none.
void apz_storage_value(std::uint32_t key_size, std::int32_t value_size, double monotonic,
                       double wall);
/// Input: keys, separated by line feeds.
/// `size` is negative where storage cannot be read.
void apz_storage_keys(std::int32_t size, double monotonic, double wall);
/// Input: the lock's name.
void apz_lock(std::uint32_t name_size, std::int32_t granted, double monotonic, double wall);
/// Input: the key.
void apz_store_failed(std::uint32_t key_size, double monotonic, double wall);
/// Input: the answer's body, or its beginning. `retry_after` and `reset` are the headers' numbers
/// in seconds, NaN where they are absent or not to be read; `retry_at` is the first as a date, in
/// Unix seconds.
void apz_response(std::uint32_t body_size, std::uint32_t id, std::int32_t status,
                  double retry_after, double reset, double retry_at, double monotonic, double wall);

/// Input: the page's URL, which is another now. `gesture` is 1 where the visitor did something
/// since the last such change, else 0.
void apz_navigation(std::uint32_t url_size, std::int32_t gesture, double monotonic, double wall);
/// Input: the page's URL, its title, the URL it was reached from, and the URL that the browser
/// navigated to, empty where that is not known. `scroll` is the lower end of what was in view at
/// the deepest, in percent of the page's height; negative where nothing is known. `loaded` is 1
/// once the document has loaded.
void apz_page_facts(std::uint32_t url_size, std::uint32_t title_size, std::uint32_t referrer_size,
                    std::uint32_t landing_size, double scroll, std::int32_t loaded,
                    double monotonic, double wall);
/// Input: a clicked link's URL, then the value of its attribute `download`; `download_size` is
/// negative where it has none.
void apz_click(std::uint32_t url_size, std::int32_t download_size, std::int32_t button,
               double monotonic, double wall);
/// Input: of a marked element or a button that was clicked, its mark, the mark's attributes as a
/// JSON object, its name for a screen reader, and its id.
void apz_press(std::uint32_t event_size, std::uint32_t properties_size, std::uint32_t text_size,
               std::uint32_t id_size, double monotonic, double wall);

/// Something happened to submission `id` of a form: `kind` is a `Forms::Input` (forms.h), which
/// defines `detail` and the input.
void apz_form(std::uint32_t size, std::int32_t kind, std::uint32_t id, double detail,
              double monotonic, double wall);

/// Host events without a payload.
enum ApzHostEvent : std::int32_t {
  APZ_WAKE = 0,
  APZ_ONLINE = 1,
  APZ_OFFLINE = 2,
  APZ_VISIBLE = 3,
  APZ_HIDDEN = 4,
  APZ_PAGEHIDE = 5,
  APZ_HANDOVER = 6,
  APZ_PAGESHOW = 7,
  APZ_STORAGE_CLEARED = 8,
  /// The page goes away, and nobody knows whether the browser has taken over its requests.
  APZ_HANDOVER_UNSURE = 9,
  /// The page is about to go away, and requests on their way may still be delayed by its code.
  APZ_REQUESTS_UNSURE = 10,
};
void apz_host_event(std::int32_t event, double monotonic, double wall);

/// Takes out the next effect and returns its kind (`Effect::Kind` in effect.h), 0 if there is none.
/// The output buffer then holds its fields, separated by NUL bytes: the flag (0 or 1) and directly
/// after it the number, the text, and the rest to the end is `more`.
std::int32_t apz_poll();
/// Milliseconds until APZ_WAKE is wanted, negative if it is not.
double apz_next_wake();

}  // extern "C"
