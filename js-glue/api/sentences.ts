/**
 * What debug says. One sentence names the mistake, or what happened; where there is a cure, the next names
 * it. Loaded only with `debug: true`.
 */

import { MISTAKE, type Sentences } from './build.js';

/** By `Hint` (hint.h). `$` stands for what it is about. */
const HINTS: Record<number, string> = {
  1: 'The event name "$" is not snake_case. It was recorded; names like "purchase_completed" keep reports readable.',
  2: 'The event name "$" does not say what happened. It was recorded; a name like "purchase_completed" can be understood later.',
  3: 'The properties of "$" are not an object, so the event was recorded without them. Pass an object: {amount: 29.99}.',
  4: 'The property "$" is too large, too deep or too long. It was shortened or left out, and the event\'s $cut names it. Send less: at most 16 levels, 1,000 values, 16 KiB a string, 256 KiB in all.',
  5: 'The property name "$" belongs to the SDK, so your value was left out, and the event\'s $cut names it. Choose a name without "$".',
  6: 'The event name "$" is longer than 255 bytes and was cut. Use a short name, and properties for the rest.',
  7: 'setUserId was given $, which cannot be a user id, so nothing changed. Pass the id of your own user table, as a string of 1 to 255 bytes or a number.',
  8: 'Storage held $ as the user id, which cannot be one, so a new id was made. Does something else use the same key? Choose another with userIdStorageKey.',
  9: 'localStorage refuses writes (full, blocked or denied). Events are kept in memory until it works again; a page that closes before they are sent loses them.',
  10: 'localStorage works again.',
  11: 'A stored record under $ was damaged and has been left out.',
  12: 'The queue is full: $ of its oldest events were dropped. maxQueueEvents and maxQueueBytes set its size.',
  13: 'The server refused an event for good, so it was dropped: $',
  14: "The server does not allow this page to send (status $). Events are kept, and it will be tried again after a pause. Is the domain among the app's authorized domains, and the appId right?",
  15: 'Sending failed (status $; 0 means no answer). The events are kept and will be sent again. If it stays at 0: does a Content-Security-Policy forbid it (connect-src), or is apiBase wrong (it ends before /v1)?',
  16: 'init does not know the option "$". Is it misspelt?',
  17: 'The option "$" has a value of the wrong type or out of range, so its default counts.',
  18: 'Delivered: $ (events, user records and aliases).',
  19: 'Recorded "$".',
  30: 'The form field marked data-appizer-field="$" is of a kind that is never sent (password, card, code, document, health, birth, free text), so it was left out.',
  31: 'The form field marked data-appizer-field="$" was left out, as that cannot be a property name. Use at most 64 of a-z, A-Z, 0-9, "_", "-" and ".".',
  32: 'The submission of the form "$" was cancelled by a script, and nothing showed within 2 seconds that the script handled it (a request, another URL, a reset, the form gone), or the form was not valid; so it was not recorded.',
  33: 'setConsent was given $, so nothing changed. Pass "granted" or "denied"; "pending" is only for before a decision.',
  34: 'setUserProperties needs an object, so nothing changed: AppizerWeb.setUserProperties({plan: "pro"}).',
  35: 'The event name "$" is longer than the 100 characters that Appizer documents. A server that enforces this refuses the event, and it is sent again once with a shorter name.',
  36: 'The properties of "$" are longer than the 10,000 characters of JSON that Appizer documents. A server that enforces this refuses the event, and it is sent again once without the longest ones, named in $cut.',
  37: '$ events were suppressed, as one name was tracked more than 10,000 times at once and then faster than maxEventsPerSecond allows. Is there a loop?',
  38: 'The answer was a web page, not one of Appizer (is it the page that a single-page app shows for every address?). Any 2xx counts as delivered, so $ events may be lost: check apiBase, and that the proxy there passes /v1 on.',
};

/** By `Status` (status.h), and the glue's own. Those that are missing come with a hint, which says more. */
const MISTAKES: Record<number, string> = {
  [-1]: 'A call failed because the SDK is not running. Call AppizerWeb.init first.',
  [-2]: 'init was called again. The first call counts, this one changed nothing.',
  [-3]: 'init needs an appId: AppizerWeb.init({appId: "YOUR_APP_ID"}). Nothing is recorded.',
  [-4]: 'trackEvent needs a name that is not blank, so nothing was recorded: AppizerWeb.trackEvent("purchase_completed").',
  [-7]: 'init needs an object with options: AppizerWeb.init({appId: "YOUR_APP_ID"}). Nothing is recorded.',
  [MISTAKE.no_page]:
    'init was called where there is no page (server-side rendering?), so it did nothing. In Node pass a host: init({appId, host: nodeHost()}).',
  [MISTAKE.no_core]:
    "The core could not be started (does a Content-Security-Policy forbid WebAssembly?), and appizer-web.fallback.js could not be loaded instead, so nothing is recorded. Add 'wasm-unsafe-eval' to script-src, or serve that file beside appizer-web.js.",
  [MISTAKE.lacking]:
    'This page lacks $ (an old browser, or a script that removed it). appizer-web.fallback.js brings a stand-in, which is loaded now.',
  [MISTAKE.failed]:
    'init failed, so nothing is recorded. Is the option "host" a host, such as nodeHost(), and the page that of a browser? $',
  [MISTAKE.too_early]:
    'init was called where the host gives no random numbers (the global scope of a Worker?), so it waits. The SDK starts with the first call that is made where they are allowed, such as in a request handler.',
  [MISTAKE.other_copy]:
    'Another copy of the SDK already runs on this page with the same appId (a script tag beside a bundle?). This one forwards its calls to it; its own options do not count.',
};

// A server that renders pages calls `init` with each of them.
let saidNoPage = false;

export const sentences: Sentences = {
  hint: (number, detail) => (HINTS[number] ?? `Hint ${number}: $`).replace('$', () => detail),
  mistake(status, detail = '') {
    if (status === MISTAKE.no_page && saidNoPage) return '';
    saidNoPage ||= status === MISTAKE.no_page;
    return (MISTAKES[status] ?? '').replace('$', () => detail);
  },
};
