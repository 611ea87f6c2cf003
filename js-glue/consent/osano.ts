/** Osano. https://developers.osano.com/cmp/javascript-api/developer-documentation-consent-javascript-api */

import { attempt } from '../api/attempt.js';
import { globalOf, whenThere } from './page.js';
import type { Follow } from './types.js';

interface Manager {
  addEventListener(type: string, listener: (consent: unknown) => void): void;
  removeEventListener(type: string, listener: (consent: unknown) => void): void;
}

// The first comes at once where Osano has started; without a value, where the visitor has not answered.
const EVENTS = ['osano-cm-initialized', 'osano-cm-consent-saved'];

export const followOsano: Follow = ({ options, say, unknown }) => {
  const category = options.category ?? 'ANALYTICS';
  const read = (consent: unknown) =>
    attempt(() => {
      const value = (consent as Record<string, unknown> | undefined)?.[category];
      if (consent === undefined || consent === null) say(undefined);
      else if (value === 'ACCEPT' || value === 'DENY')
        say(value === 'ACCEPT' ? 'granted' : 'denied');
      else unknown(`Osano has no category ${category}`);
    });
  return whenThere(
    () => globalOf<{ cm: Manager }>('Osano')?.cm,
    (manager) => {
      for (const type of EVENTS) manager.addEventListener(type, read);
      return () => {
        for (const type of EVENTS) manager.removeEventListener(type, read);
      };
    },
  );
};
