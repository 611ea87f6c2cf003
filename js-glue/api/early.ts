/**
 * What happens between `init` and the start of the core, which waits for idle time (client.ts). The page is listened to
 * from `init` on, and its facts are those of `init`: the core starts as if it had started then.
 */

import { WATCHED } from '../bridge/abi.js';
import { attempt } from './attempt.js';
import type { Host, HostEvents, Page } from './host.js';
import { option } from './options.js';
import type { Options } from './types.js';

export interface Early {
  /** The host for the client: that of the page, with what was noted and begun at `init`. */
  host: Host;
  /** Where the page was at `init`. */
  page: Page | undefined;
  /** The client runs: ends what it did not ask for. */
  settle(): void;
  /** No client will run. */
  end(): void;
}

/** What is watched together. */
const FORMS = WATCHED.forms | WATCHED.form_starts;

/** What the client will most likely ask the host to watch; it is asked all the same. */
function expected(options: Options): number[] {
  const hook = option(options, 'autoHook');
  const starts = !!hook && option(hook, 'starts' as never) === true;
  const all = [WATCHED.presses as number];
  if (hook || option(options, 'autoEvents')) all.push(WATCHED.navigation, WATCHED.links);
  if (hook) all.push(starts ? FORMS : WATCHED.forms);
  return all;
}

/**
 * Begins to listen. `start` starts the client at once, if that is possible: when the page is hidden or left, and when
 * the visitor does something that it may have to record. `keep` takes what it is to do first when it starts.
 */
export function openEarly(
  host: Host,
  options: Options,
  sanitized: (url: string) => string,
  start: () => void,
  keep: (act: () => void) => void,
): Early {
  const monotonic = host.monotonic();
  const wall = host.wall();
  let page = attempt(() => host.page?.(false, false));
  let starting = true;
  let events: HostEvents | undefined;
  let listening = true;
  const now = (act: (events: HostEvents) => void) => {
    start();
    if (events) act(events);
  };
  const noted: HostEvents = {
    visibility: (visible) => {
      if (visible) events?.visibility(true);
      else now((all) => all.visibility(false));
    },
    online: (online) => events?.online(online),
    pagehide: () => now((all) => all.pagehide()),
    pageshow: () => events?.pageshow(),
    storage: (key) => events?.storage(key),
    navigation: (...given) => {
      if (events) events.navigation(...given);
      else keep(() => events?.navigation(...given));
    },
    click: (link) => now((all) => all.click(link)),
    press: (press) => now((all) => all.press(press)),
    form: (...given) => now((all) => all.form(...given)),
  };
  const unlisten = attempt(() => host.listen?.(noted));
  /** By what is watched, what ends it. */
  const watches = new Map<number, (() => void) | undefined>();
  for (const what of expected(options)) {
    watches.set(
      what,
      attempt(() => host.watch?.(what, noted, sanitized)),
    );
  }
  const endListening = () => {
    listening = false;
    attempt(() => unlisten?.());
  };
  const endWatches = () => {
    for (const end of watches.values()) attempt(() => end?.());
    watches.clear();
  };
  const own: Partial<Host> = {
    // Asked once each for the first input, which is the start.
    monotonic: () => (starting ? monotonic : host.monotonic()),
    wall: () => {
      if (!starting) return host.wall();
      starting = false;
      return wall;
    },
    page: (measure, restart) => {
      const first = page;
      page = undefined;
      return first ?? (host.page as NonNullable<Host['page']>)(measure, restart);
    },
    listen(all) {
      events = all;
      return endListening;
    },
    watch(what, all, url) {
      events = all;
      const ends: ((() => void) | undefined)[] = [];
      let rest = what;
      for (const [one, end] of watches) {
        if ((rest & (one & FORMS ? FORMS : one)) !== one) continue;
        rest &= ~one;
        watches.delete(one);
        ends.push(end);
      }
      // An early watch of other forms ends before this one begins.
      if (rest & FORMS) endWatches();
      if (rest) ends.push(host.watch?.(rest, noted, url));
      return () => {
        for (const end of ends) attempt(() => end?.());
      };
    },
  };
  return {
    page,
    host: Object.create(
      host,
      Object.getOwnPropertyDescriptors({
        ...own,
        get visible() {
          return starting || host.visible;
        },
      }),
    ) as Host,
    settle() {
      page = undefined;
      endWatches();
      if (!host.visible) events?.visibility(false);
    },
    end() {
      endWatches();
      if (listening) endListening();
    },
  };
}
