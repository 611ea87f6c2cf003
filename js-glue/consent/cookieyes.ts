/** CookieYes. https://www.cookieyes.com/documentation/retrieving-consent-data-using-api-getckyconsent/ */

import { globalOf, on } from './page.js';
import type { Follow } from './types.js';

interface State {
  activeLaw?: string;
  categories?: Record<string, unknown>;
  isUserActionCompleted?: boolean;
}
interface Update {
  accepted?: unknown;
  rejected?: unknown;
}

export const followCookieyes: Follow = ({ options, say, unknown }) => {
  const category = options.category ?? 'analytics';
  const readState = (state: State | undefined) => {
    const value = state?.categories?.[category];
    if (typeof value !== 'boolean') unknown(`CookieYes has no category ${category}`);
    // The law of California asks for no answer.
    else if (state?.isUserActionCompleted || (value && state?.activeLaw === 'ccpa'))
      say(value ? 'granted' : 'denied');
    else say(undefined);
  };
  const has = (list: unknown) => Array.isArray(list) && list.includes(category);
  const stop = on(
    document,
    ['cookieyes_banner_load', 'cookieyes_consent_update'],
    (detail, type) => {
      const { accepted, rejected } = (detail ?? {}) as Update;
      if (type === 'cookieyes_banner_load') readState(detail as State);
      else if (has(rejected)) say('denied');
      else if (has(accepted)) say('granted');
      else unknown(`CookieYes has no category ${category}`);
    },
  );
  const ask = globalOf<() => State>('getCkyConsent') as (() => State) | undefined;
  if (ask) readState(ask());
  return stop;
};
