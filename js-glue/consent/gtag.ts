/**
 * Google Consent Mode: `gtag('consent', 'default' | 'update', {analytics_storage: 'granted' | 'denied'})`, as it
 * arrives in `dataLayer`. https://developers.google.com/tag-platform/security/guides/consent
 */

import { attempt } from '../api/attempt.js';
import { globalOf, whenThere } from './page.js';
import type { Decision, Follow } from './types.js';

type Layer = unknown[];
interface Values {
  readonly [key: string]: unknown;
  readonly region?: unknown;
  readonly wait_for_update?: unknown;
}

/** `defaults`: whether what a site grants by default counts as granted. */
export const followGtag =
  (defaults: boolean): Follow =>
  ({ options, say, unknown }) => {
    const category = options.category ?? 'analytics_storage';
    let over = false;
    let updated = false;
    // Of all defaults: one for some regions may deny what one for the others grants, and the region is not known here.
    let byDefault: Decision | undefined;

    const read = (item: unknown) => {
      // `gtag` pushes its `arguments`.
      const { 0: command, 1: kind, 2: values } = (item ?? {}) as Record<number, unknown>;
      if (command !== 'consent' || (kind !== 'default' && kind !== 'update')) return;
      const value = ((values ?? {}) as Values)[category];
      if (value !== 'granted' && value !== 'denied') {
        if (value !== undefined) unknown(`gtag says ${category}: ${String(value)}`);
        return;
      }
      if (kind === 'update') {
        updated = true;
        say(value);
        return;
      }
      const waits = !!(values as Values).wait_for_update;
      byDefault = value === 'denied' || waits ? 'denied' : (byDefault ?? 'granted');
      say(undefined);
      // Once the script that says it has said all of it.
      if (defaults) queueMicrotask(() => attempt(grantByDefault));
    };
    const grantByDefault = () => {
      if (!over && !updated && byDefault === 'granted') say('granted');
    };

    return whenThere(
      () => globalOf<Layer>('dataLayer') as Layer | undefined,
      (layer) => {
        for (const item of [...layer]) attempt(() => read(item));
        // There is no event for it. Google's own scripts wrap `push` in the same way.
        const before = layer.push;
        const push = (...items: unknown[]) => {
          const length = before.apply(layer, items);
          if (!over) for (const item of items) attempt(() => read(item));
          return length;
        };
        layer.push = push;
        return () => {
          over = true;
          // Where another script has wrapped it since, this wrapper passes everything through.
          if (layer.push === push) layer.push = before;
        };
      },
    );
  };
