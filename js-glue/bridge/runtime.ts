/** One client: the core, the host it runs in, and the output of its results. */

import { attempt } from '../api/attempt.js';
import type { Host, HostEvents } from '../api/host.js';
import { HOST_EVENT } from './abi.js';
import { type Core, ENTROPY_BYTES, SEED_BYTES } from './core.js';
import { performEffects } from './effects.js';
import { takeHostEvents } from './host_events.js';
import { openInputs } from './inputs.js';
import { toJson } from './json.js';
import { openLoop } from './loop.js';
import { openPresence } from './presence.js';
import { openStored } from './stored.js';

/** The core's results for the developer and the site. */
export interface ClientOutput {
  hint(code: number, detail: string): void;
  report(json: string): void;
  flushed(token: number, json: string): void;
  /** Redacts a URL as the site asks. */
  url(url: string): string;
  /** An automatic event wants to pass the site's hooks. */
  compose(name: string, json: string): void;
}

export interface Runtime {
  /** Starts the client; returns a status. `facts` beside those of the host. */
  start(options: string, facts: object): number;
  /** The next `track` is a call that storage has: `kept` is its time and number. */
  early(kept: string): void;
  track(name: string, properties: string, happened: number, app?: string): number;
  setUserId(id: string): number;
  setUserProperties(properties: string): number;
  setConsent(state: string): number;
  reset(): number;
  userId(): string;
  /** The session and the view, separated by a space; empty where there are none. */
  visit(): string;
  flush(token: number): number;
  /** Ends the client as if the page went away. */
  stop(): void;
}

export function run(core: Core, host: Host, output: ClientOutput): Runtime {
  const { exports } = core;
  const inputs = openInputs(core, host);
  const { call, entropy } = inputs;
  const stored = openStored(host, exports, inputs);
  const ends: ((() => void) | undefined)[] = [];
  let stopping = false;

  const unlisten = () => {
    for (const end of ends.splice(0)) attempt(() => end?.());
  };
  const loop = openLoop(core, host, inputs, {
    perform: (effect) => effects.perform(effect),
    drained: () => presence.drained(),
    retired(failed) {
      unlisten();
      attempt(() => host.locks?.release(''));
      if (failed) effects.cancelAll();
      core.release(failed);
    },
  });
  const { command, guarded, dispatch } = loop;
  const presence = openPresence((sure) => {
    dispatch(() => inputs.hostEvent(sure ? HOST_EVENT.handover : HOST_EVENT.handover_unsure));
    if (stopping) loop.retire();
  });
  const events: HostEvents = takeHostEvents(
    exports,
    host,
    inputs,
    loop,
    stored,
    presence,
    output.url,
  );
  const effects = performEffects({
    core,
    host,
    inputs,
    stored,
    output,
    dispatch,
    isLeaving: () => presence.isLeaving() || !host.visible,
    events,
    onEnd: (end) => ends.push(end),
  });

  return {
    start: (options, facts) =>
      guarded(() => {
        const [size] = core.write([`{"options":${options},"facts":${factsOf(host, facts)}}`]);
        entropy(size as number, SEED_BYTES);
        const status = call(exports.apz_start, [], size as number);
        loop.drain();
        if (status) loop.retire();
        else ends.push(attempt(() => host.listen?.(events)));
        return status;
      }, -1),
    early: (kept) => guarded(() => call(exports.apz_early, [kept]), undefined),
    track: (name, properties, happened, app = '') =>
      command(() => call(exports.apz_track, [name, properties, app], happened)),
    setUserId: (id) => command(() => call(exports.apz_set_user_id, [id])),
    setUserProperties: (properties) =>
      command(() => call(exports.apz_set_user_properties, [properties])),
    setConsent: (state) =>
      command(() => {
        const [size] = core.write([state]) as [number];
        entropy(size, ENTROPY_BYTES);
        return call(exports.apz_set_consent, [], size);
      }),
    reset: () =>
      command(() => {
        entropy(0, ENTROPY_BYTES);
        return call(exports.apz_reset, []);
      }),
    userId: () => {
      // A call before it, of the same task, may wait for what storage has.
      dispatch(() => {});
      return guarded(() => {
        exports.apz_user_id();
        return core.read();
      }, '');
    },
    visit: () =>
      guarded(() => {
        call(exports.apz_visit, []);
        const text = core.read();
        loop.drain();
        return text;
      }, ''),
    flush: (token) => command(() => call(exports.apz_flush, [], token)),
    stop: () => {
      stopping = true;
      core.end();
      events.pagehide();
      unlisten();
    },
  };
}

/** `Facts` of config.cpp, as JSON. */
function factsOf(host: Host, more: object): string {
  return toJson({
    ua: host.userAgent,
    online: host.online,
    visible: host.visible,
    prerendering: !!host.prerendering,
    locks: !!host.locks,
    later: !!host.fetchLater,
    keepalive: host.keepalive !== false,
    gpc: !!host.gpc,
    dnt: !!host.dnt,
    webdriver: !!host.webdriver,
    ...more,
  });
}
