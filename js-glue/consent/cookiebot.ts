/** Cookiebot. https://www.cookiebot.com/en/developer/ */

import { globalOf, on } from './page.js';
import type { Follow } from './types.js';

interface Cookiebot {
  /** Whether the visitor has answered, now or on an earlier page. */
  hasResponse: boolean;
  consent: Record<string, unknown>;
}

export const followCookiebot: Follow = ({ options, say, unknown }) => {
  const category = options.category ?? 'statistics';
  const read = () => {
    const value = globalOf<Cookiebot>('Cookiebot')?.consent?.[category];
    if (typeof value === 'boolean') say(value ? 'granted' : 'denied');
    else unknown(`Cookiebot has no category ${category}`);
  };
  const stop = on(
    window,
    ['CookiebotOnConsentReady', 'CookiebotOnAccept', 'CookiebotOnDecline'],
    read,
  );
  // The site's own element of that id is a global of that name too.
  const there = globalOf<Cookiebot>('Cookiebot');
  if (there?.hasResponse === true) read();
  else if (there?.consent) say(undefined);
  return stop;
};
