/** What the host reports, as inputs of the core. */

import { attempt } from '../api/attempt.js';
import type { Host, HostEvents } from '../api/host.js';
import type { Exports } from './abi.js';
import { HOST_EVENT } from './abi.js';
import type { Inputs } from './inputs.js';
import { toJson } from './json.js';
import type { Loop } from './loop.js';
import type { Presence } from './presence.js';
import type { Stored } from './stored.js';

export function takeHostEvents(
  exports: Exports,
  host: Host,
  { call, hostEvent }: Inputs,
  { dispatch, resume }: Loop,
  stored: Stored,
  presence: Presence,
  sanitized: (url: string) => string,
): HostEvents {
  return {
    visibility(visible) {
      if (!visible) attempt(() => host.forms?.flush());
      dispatch(() => hostEvent(visible ? HOST_EVENT.visible : HOST_EVENT.hidden));
    },
    online: (online) => dispatch(() => hostEvent(online ? HOST_EVENT.online : HOST_EVENT.offline)),
    pagehide() {
      // Reported twice, as the first report may have been interrupted in the middle of anything (lifecycle.ts).
      // The effect that was being performed is performed again. One that the core was giving out is lost: then
      // nothing counts as handed over any more, the next page sends it, and nothing counts as written, either.
      const { sure, held } = attempt(() => host.leaving?.()) ?? { sure: true, held: false };
      const torn = resume();
      presence.leave(torn, sure);
      attempt(() => host.forms?.flush());
      dispatch(() => {
        if (torn) stored.changed(null);
        if (sure && held) hostEvent(HOST_EVENT.requests_unsure);
        hostEvent(HOST_EVENT.pagehide);
      });
    },
    pageshow() {
      presence.comeBack();
      dispatch(() => hostEvent(HOST_EVENT.pageshow));
    },
    storage: (key) => dispatch(() => stored.changed(key)),
    navigation: (url, gesture) =>
      dispatch(() => call(exports.apz_navigation, [sanitized(url)], Number(gesture))),
    form: (what, id, detail, text) =>
      dispatch(() => call(exports.apz_form, [text], what, id, detail)),
    press: ({ event, properties, text, id }) =>
      dispatch(() => call(exports.apz_press, [event, toJson(properties), text, id])),
    click: ({ url, download, button }) =>
      dispatch(() => call(exports.apz_click, [sanitized(url), download], button)),
  };
}
