/** OneTrust. https://developer.onetrust.com/onetrust/docs/javascript-events-guide */

import { globalOf, on } from './page.js';
import type { Follow } from './types.js';

interface OneTrust {
  /** Whether the visitor has answered. */
  IsAlertBoxClosed(): boolean;
}

export const followOnetrust: Follow = ({ options, say, unknown }) => {
  const category = options.category ?? 'C0002';
  const read = (groups: unknown) => {
    if (typeof groups !== 'string' && !Array.isArray(groups)) {
      unknown('OneTrust names no active groups');
      return;
    }
    // In events an array, which some versions fill with one text; as a global `,C0001,C0002,`.
    const active = String(groups).split(',');
    // Before an answer only those groups are active that need none.
    if (active.includes(category)) say('granted');
    else say(globalOf<OneTrust>('OneTrust')?.IsAlertBoxClosed?.() ? 'denied' : undefined);
  };
  const stop = on(window, ['OneTrustGroupsUpdated'], (detail) =>
    read(detail ?? globalOf('OnetrustActiveGroups')),
  );
  const groups = globalOf<string>('OnetrustActiveGroups');
  if (groups) read(groups);
  return stop;
};
