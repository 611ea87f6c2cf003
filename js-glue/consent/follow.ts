/** Connects a consent banner with a client. */

import { attempt } from '../api/attempt.js';
import type { Appizer } from '../api/types.js';
import { followCookiebot } from './cookiebot.js';
import { followCookieyes } from './cookieyes.js';
import { followDidomi } from './didomi.js';
import { followGtag } from './gtag.js';
import { followKlaro } from './klaro.js';
import { followOnetrust } from './onetrust.js';
import { followOsano } from './osano.js';
import { later } from './page.js';
import { followTcf } from './tcf.js';
import type { Banner, Decision, Follow, FollowOptions } from './types.js';
import { followUsercentrics } from './usercentrics.js';

/** In the order in which they count where several of them speak. */
const BANNERS: Record<Banner, Follow> = {
  onetrust: followOnetrust,
  cookiebot: followCookiebot,
  usercentrics: followUsercentrics,
  didomi: followDidomi,
  cookieyes: followCookieyes,
  klaro: followKlaro,
  osano: followOsano,
  tcf: followTcf,
  gtag: followGtag(true),
};

// Milliseconds after which a banner that has not come is worth a sentence.
const LATE = 10_000;

/**
 * Calls `client.setConsent` with what the visitor decides in the site's consent banner: now where the banner knows the
 * decision already, once it is made, and whenever it changes, within the banner's own event. Begin with
 * `consent: 'pending'`; until the banner knows a decision, consent stays so. The banner may load before or after this
 * call. A consent that the banner no longer knows counts as withdrawn.
 *
 * Never throws, and does nothing on a server. Returns what ends it.
 *
 * @example
 * AppizerWeb.init({ appId: 'YOUR_APP_ID', autoEvents: true, consent: 'pending' });
 * followConsent(AppizerWeb, { from: 'onetrust' });
 */
export function followConsent(
  client: Pick<Appizer, 'setConsent'>,
  options: FollowOptions = {},
): () => void {
  if (typeof window !== 'object' || typeof document !== 'object') return () => {};
  const { from = 'auto', onUnknown } = options;
  const names = (Object.keys(BANNERS) as Banner[]).filter((one) => from === 'auto' || from === one);
  const unknown = (reason: string) => attempt(() => onUnknown?.(reason));
  /** What each banner that is there said last. */
  const said = new Map<Banner, Decision | undefined>();
  let current: Decision | undefined;
  let decidedBy: Banner | undefined;
  let over = false;

  const decide = () => {
    const speaker = names.find((one) => said.has(one));
    const wanted = speaker && said.get(speaker);
    // What a banner granted and no longer knows is granted no longer.
    const next = wanted ?? (current && speaker === decidedBy ? 'denied' : undefined);
    if (over || !next) return;
    decidedBy = speaker;
    if (next === current) return;
    current = next;
    attempt(() => client.setConsent({ state: next, decision: speaker }));
  };
  const stops = names.map((name) =>
    attempt(() => {
      const follow = from === 'auto' && name === 'gtag' ? followGtag(false) : BANNERS[name];
      return follow({
        options: from === 'auto' ? { ...options, category: undefined } : options,
        say(decision) {
          said.set(name, decision);
          decide();
        },
        unknown,
      });
    }),
  );
  if (!names.length) unknown(`there is no banner "${from}"`);
  const endSearch = later(LATE, () => {
    if (!said.size) unknown('no consent banner has been found within 10 seconds');
  });
  return () => {
    over = true;
    endSearch();
    for (const stop of stops) attempt(() => stop?.());
  };
}
