/**
 * appizer-web.consent.js: the same for the script tag, as the global `AppizerWebConsent`. With the attribute `data-from`
 * it begins by itself, with the page's `AppizerWeb`, which may load later.
 */

import { attempt } from '../api/attempt.js';
import { ofDocument } from '../api/natives.js';
import { followConsent } from '../consent/follow.js';
import { globalOf, whenThere } from '../consent/page.js';
import type { FollowOptions } from '../consent/types.js';

(window as { AppizerWebConsent?: object }).AppizerWebConsent = { followConsent };

attempt(() => {
  const self = ofDocument('currentScript') as HTMLScriptElement;
  const { from, category } = self.dataset;
  // A script that is a module finds its own tag by the name of the file, which this one has in it too.
  self.remove();
  if (from === undefined) return;
  type Client = Parameters<typeof followConsent>[0];
  whenThere(
    () => globalOf<Client>('AppizerWeb')?.setConsent && (globalOf('AppizerWeb') as Client),
    (client) => followConsent(client, { from: from || 'auto', category } as FollowOptions),
  );
});
