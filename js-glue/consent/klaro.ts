/** Klaro. https://klaro.org/docs/ and https://github.com/klaro-org/klaro-js/blob/master/src/consent-manager.js */

import { attempt } from '../api/attempt.js';
import { globalOf, whenThere } from './page.js';
import type { Follow } from './types.js';

interface Manager {
  /** Whether the visitor has answered. */
  confirmed: boolean;
  /** As the switches stand. */
  consents: Record<string, unknown>;
  /** As they were when they were saved; not in old versions. */
  savedConsents?: Record<string, unknown>;
  watch(watcher: Watcher): void;
  unwatch(watcher: Watcher): void;
}
interface Watcher {
  update(manager: Manager, event: string, data: unknown): void;
}

export const followKlaro: Follow = ({ options, say, unknown }) => {
  const service = options.category ?? 'appizer';
  const read = (manager: Manager, consents: Record<string, unknown>) => {
    const value = consents[service];
    if (!manager.confirmed) say(undefined);
    else if (typeof value === 'boolean') say(value ? 'granted' : 'denied');
    else unknown(`Klaro has no service ${service}`);
  };
  return whenThere(
    () => globalOf<{ getManager(): Manager }>('klaro')?.getManager?.(),
    (manager) => {
      const watcher: Watcher = {
        // `consents` comes with each switch that is moved, before anything is saved.
        update: (from, event, data) =>
          attempt(() => {
            const saved = (data as { consents?: Manager['consents'] } | undefined)?.consents;
            if (event === 'saveConsents') read(from, saved ?? from.consents);
            else if (!from.confirmed) say(undefined);
          }),
      };
      manager.watch(watcher);
      read(manager, manager.savedConsents ?? manager.consents);
      return () => manager.unwatch(watcher);
    },
  );
};
