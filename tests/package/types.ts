/** What compiles against the packed types, and what must not. It is checked, not run (pack.test.mjs). */

import {
  type Appizer,
  AppizerWeb,
  type AutomaticEvents,
  type CommonProperties,
  type FlushResult,
  nodeHost,
  type Options,
  type Report,
} from 'appizer-web';
import { type FollowOptions, followConsent } from 'appizer-web/consent';
import { snippet, stub } from 'appizer-web/snippet';
import { createWorld, type World } from 'appizer-web/testing';
import { fromWasm } from 'appizer-web/wasm';

const follow: FollowOptions = {
  from: 'tcf',
  purposes: [1, 8],
  onUnknown: (reason) => reason.trim(),
};
const stopFollowing: () => void = followConsent(AppizerWeb, follow);
stopFollowing();
// @ts-expect-error there is no such banner
followConsent(AppizerWeb, { from: 'bannerly' });

// Untyped: any name, any properties.
AppizerWeb.trackEvent('anything_done');
AppizerWeb.trackEvent('purchase_completed', { amount: 29.99, currency: 'USD', items: [{ id: 1 }] });
AppizerWeb.setUserId(5);
AppizerWeb.setUserId('user_123');
AppizerWeb.setUserProperties({ email: 'a@example.com' });
AppizerWeb.setConsent('granted');
AppizerWeb.shutdown();
const flushed: Promise<FlushResult> = AppizerWeb.flush();
const id: string | undefined = AppizerWeb.getUserId();
interface Purchase {
  amount: number;
  currency?: string;
}
const purchase: Purchase = { amount: 1 };
AppizerWeb.trackEvent('purchase_completed', purchase);

// @ts-expect-error a name is needed
AppizerWeb.trackEvent();
// @ts-expect-error a name is a text
AppizerWeb.trackEvent(5);
// @ts-expect-error properties are an object
AppizerWeb.trackEvent('purchase_completed', 'USD');
// @ts-expect-error there is no such state
AppizerWeb.setConsent('perhaps');
// @ts-expect-error an app id is needed
AppizerWeb.init({});
// @ts-expect-error there is no such option
AppizerWeb.init({ appId: 'demo', autoEvent: true });
// @ts-expect-error the version is what it is
AppizerWeb.version = '2';

const options: Options = {
  appId: 'demo',
  autoEvents: { pageViews: { query: true }, downloads: true },
  autoHook: { starts: true },
  consent: 'pending',
  globalProperties: () => ({ plan: 'pro' }),
  beforeSend: (event) => (event.event_name === 'secret_seen' ? null : event),
  onError: ({ reason, records }: Report) => console.log(reason, records[0]?.event_name),
  host: nodeHost({ userAgent: 'tests' }),
};
AppizerWeb.init(options);
AppizerWeb.init({
  appId: 'demo',
  beforeSend: (event) => {
    event.properties.seen = true;
  },
});

// Typed: the site's own events, and no others.
interface Events {
  purchase_completed: Purchase;
  plan_chosen: { plan: 'basic' | 'premium'; trial?: boolean };
  search_done: { words?: string };
  logged_out: undefined;
}
const typed = AppizerWeb.create<Events>(options);
typed.trackEvent('purchase_completed', { amount: 29.99 });
typed.trackEvent('plan_chosen', { plan: 'basic' });
typed.trackEvent('search_done');
typed.trackEvent('search_done', { words: 'shoes' });
typed.trackEvent('logged_out');
// @ts-expect-error there is no such event
typed.trackEvent('purchase_complete', { amount: 29.99 });
// @ts-expect-error it needs properties
typed.trackEvent('purchase_completed');
// @ts-expect-error of this type
typed.trackEvent('purchase_completed', { amount: '29.99' });
// @ts-expect-error and no others
typed.trackEvent('plan_chosen', { plan: 'basic', seats: 5 });
// @ts-expect-error this one has none
typed.trackEvent('logged_out', { reason: 'idle' });
const either: keyof Events = Math.random() < 0.5 ? 'search_done' : 'logged_out';
typed.trackEvent(either);

const known = AppizerWeb as Appizer<Events>;
known.trackEvent('logged_out');
// @ts-expect-error there is no such event
known.trackEvent('logged_in');
const other: Appizer = typed.create();
other.trackEvent('anything_done');

const fromFile = fromWasm<Events>(() => fetch('/core.wasm'));
// @ts-expect-error there is no such event
fromFile.trackEvent('logged_in');
fromWasm(() => new Uint8Array()).trackEvent('anything_done');
// @ts-expect-error it is asked for the module later
fromWasm(fetch('/core.wasm'));

const html: string = snippet({ appId: 'demo', autoEvents: true, nonce: 'abc' }) + stub;
// @ts-expect-error there is no such option
snippet({ app: 'demo' });

const world: World = createWorld({ url: 'https://example.com/shop' });
world.failNext(503, 2, { retryAfter: 5 });
const [event] = world.events();
const common = event?.properties as unknown as CommonProperties;
const view: AutomaticEvents['page_view'] = {
  url: 'https://example.com/',
  page: '/',
  utm_term: 'x',
};

export { common, flushed, html, id, view, world };
