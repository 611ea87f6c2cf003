/** The site's hooks, which every event passes on its way into the queue. */

import { toJson } from '../bridge/json.js';
import type { Runtime } from '../bridge/runtime.js';
import { attempt } from './attempt.js';
import type { Debug } from './debug.js';
import { parse } from './natives.js';
import type { Hooks } from './options.js';
import type { OutgoingEvent, Properties } from './types.js';

/**
 * Records an event: its properties as they are, or as the text that they were frozen into; `app` is empty for the
 * client's own.
 */
export type Recorder = (
  name: string,
  properties: unknown,
  happened: number,
  frozen?: string,
  app?: string,
) => void;

/** Makes the way of events into `runtime`, through the hooks if there are any. */
export function openRecorder(runtime: Runtime, hooks: Hooks | undefined, debug: Debug): Recorder {
  return (name, properties, happened, frozen, app) => {
    if (!hooks) {
      debug.check(runtime.track(name, frozen ?? toJson(properties), happened, app));
      return;
    }
    const own = frozen === undefined ? properties : thaw(frozen);
    const event = passHooks(hooks, name, own);
    if (!event) return;
    debug.check(runtime.track(String(event.event_name), toJson(event.properties), happened, app));
  };
}

// What the hooks leave of an event, nothing where they drop it. One that throws changes nothing: the event goes on
// as it was before.
function passHooks(
  { beforeSend, globalProperties }: Hooks,
  name: string,
  own: unknown,
): OutgoingEvent | null {
  let properties = own as Properties;
  attempt(() => {
    const all = typeof globalProperties === 'function' ? globalProperties() : globalProperties;
    if (own == null || typeof own === 'object') properties = { ...all, ...own };
  });
  let event: OutgoingEvent | null = { event_name: name, properties };
  attempt(() => {
    if (!beforeSend) return;
    // A copy: what it changes before it throws must not count.
    const copy = { event_name: name, properties: thaw(toJson(properties)) };
    const left = beforeSend(copy);
    event = left === undefined ? copy : (left as OutgoingEvent | null);
  });
  return event;
}

function thaw(text: string): Properties {
  return text ? parse(text) : {};
}
