/** What a site passes to the SDK, and what it gets back. These types are the reference. */

import type { Trace } from '../trace/types.js';
import type { Host } from './host.js';

/** What an event may carry: anything `JSON.stringify` understands, and a little more, see `trackEvent`. */
// biome-ignore lint/suspicious/noExplicitAny: an interface has no index signature, and only `any` lets it in
export type Properties = Record<string, any>;

/** A site's own events, by name. Without a type of yours any name and any properties are right. */
export type AnyEvents = Record<string, Properties>;

/**
 * The site's own events, where the project declares them once for all files:
 *
 * @example
 * declare module 'appizer-web' {
 *   interface EventMap {
 *     plan_chosen: { plan: string };
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: for the site to fill
export interface EventMap {}

/** The events in `EventMap`; without any, every name and all properties are right. */
export type Registered = keyof EventMap extends never ? AnyEvents : EventMap;

/** What `trackEvent` takes behind the name: nothing need be given where nothing must be. */
export type Given<P> = undefined extends P
  ? [properties?: P]
  : Record<never, never> extends P
    ? [properties?: P]
    : [properties: P];

/**
 * Options of `AppizerWeb.init`. Only `appId` is required.
 *
 * @example
 * AppizerWeb.init({ appId: 'YOUR_APP_ID', autoEvents: true, autoHook: true });
 */
export interface Options {
  /** The app's id, from Appizer's dashboard. */
  appId: string;
  /**
   * Record events by itself: `true` for page views, those of single-page apps included, and page leaves.
   * An object says in what it should differ from `true`. Default: `false`.
   */
  autoEvents?: boolean | AutoEvents | undefined;
  /**
   * Record form submissions by itself: `true` for those of forms that have an email field or are marked
   * `data-appizer="true"`. An object says in what it should differ from `true`. Default: `false`.
   */
  autoHook?: boolean | AutoHook | undefined;
  /**
   * Where the API is, without `/v1`. Default: `https://api.appizer.com`. Your own domain with a proxy
   * behind it works too.
   */
  apiBase?: string | undefined;
  /** The localStorage key of the user id. Default: `appizer_user_id`. */
  userIdStorageKey?: string | undefined;
  /** Print in the console what happens, what is wrong and how to fix it. Default: `false`. */
  debug?: boolean | undefined;
  /**
   * Keep what is sent while the page goes away until the server has acknowledged it, and let the next
   * page send it again otherwise. Nothing is then lost to a network that breaks in that moment, but
   * copies arrive: only for a server that drops duplicates by `$event_id`. Default: `false`.
   */
  confirmUnload?: boolean | undefined;
  /** Most events that wait to be sent; beyond it the oldest are dropped. Default: 20,000. */
  maxQueueEvents?: number | undefined;
  /** Most characters that waiting events take up in storage. Default: 4,000,000. */
  maxQueueBytes?: number | undefined;
  /**
   * Milliseconds that events may wait while the page stays open, so that several travel in one request; what
   * waits is kept in storage, and goes out in any case when the page is hidden or left, at 100 events, and with
   * `flush`. Saves requests, and costs freshness: 30,000 lets a visit of five pages make six requests at most.
   * Default: 800 after the first event of a quiet page, 3,000 between requests on a busy one.
   */
  flushInterval?: number | undefined;
  /**
   * How many events of one name a second are recorded for long, after 10,000 at once. What is above is
   * suppressed, counted in `$suppressed` of the next event of that name, and reported to `onError`.
   * `Infinity` switches that off. Default: 10.
   */
  maxEventsPerSecond?: number | undefined;
  /** Milliseconds without an event after which a new session begins. Default: 1,800,000 (30 minutes). */
  sessionTimeout?: number | undefined;
  /**
   * Where the user id is kept. A cookie is shared by the sub-domains of a site (`SameSite=Lax`, `Secure` on
   * https, 400 days, written again each day of use); with `both` either restores the other, and the cookie counts where they differ; with
   * `memory` each page is a new visitor. Events that wait are kept in localStorage all the same, see
   * `cookieless`. Default: `localStorage`.
   */
  persistence?: 'localStorage' | 'cookie' | 'both' | 'memory' | undefined;
  /**
   * Whether the visitor agreed. `pending`: nothing is stored, read or sent; what happens waits in memory (at
   * most 1,000 calls) for `setConsent`. `denied`: nothing happens at all, and what was stored before is
   * removed. Default: `granted`, unless the browser signals otherwise (`respectGPC`, `respectDNT`).
   */
  consent?: Consent | undefined;
  /**
   * Keep the decision in storage, so that the next page knows it, and all open ones follow it. Default: `false`: your consent banner
   * remembers it already, and two memories of one decision will differ one day.
   */
  rememberConsent?: boolean | undefined;
  /**
   * Global Privacy Control counts as consent denied, unless you give `consent` or call `setConsent`. Default: `true`:
   * it is the visitor's own choice, and the law of several states.
   */
  respectGPC?: boolean | undefined;
  /** The same for Do Not Track. Default: `false`: browsers have abandoned it, and some set it unasked. */
  respectDNT?: boolean | undefined;
  /** Keep everything in memory: no storage, no cookie. Each page is a new visitor. Default: `false`. */
  cookieless?: boolean | undefined;
  /**
   * Names of further URL parameters whose values are redacted, beside the usual ones (`token`, `code`,
   * `password`, `email`, `key`, `session` and similar; docs/privacy.md has the list). A name counts by its
   * words: `customer` is also `customerId` and `order[customer]`.
   */
  redactParameters?: string[] | undefined;
  /**
   * Returns what to include of a URL, in place of the SDK's own redaction: of the page's, the referrer's,
   * links' and forms'. If it throws, or returns no text, the SDK's own redaction counts.
   */
  sanitizeUrl?: ((url: string) => string) | undefined;
  /**
   * What becomes of the events of bots (crawlers, monitors, browsers under a test's control): `mark` adds
   * `$bot: true`, `drop` records and stores nothing, `keep` makes no difference. Default: `mark`.
   */
  bots?: 'mark' | 'drop' | 'keep' | undefined;
  /** Properties that every event carries; an event's own win. A function is asked each time. */
  globalProperties?: (Properties | (() => Properties)) | undefined;
  /**
   * Sees a copy of every event before it is recorded, automatic ones too, and returns what becomes of it: an
   * event, or `null` to drop it; nothing for the copy as it left it. If it throws, the event goes on unchanged.
   * It sees `page_leave` each time the page is hidden, as the page may not come back; what it returned last counts.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that changes its argument returns nothing
  beforeSend?: ((event: OutgoingEvent) => OutgoingEvent | null | void) | undefined;
  /** Is called with every event that ended otherwise than delivered. What it throws is ignored. */
  onError?: ((report: Report) => void) | undefined;
  /**
   * What the SDK runs in. Default: the browser's page. In Node pass `nodeHost()`; where there is neither a
   * page nor a host, `init` does nothing.
   */
  host?: Host | undefined;
}

/** What is recorded of forms. */
export interface AutoHook {
  /**
   * `form_submit`, when a form is really submitted: {`form_id`, `form_name`, `form_action`, `page`,
   * `field_names`}, and the visitor's contact data in the form (email, phone, names, organisation, and fields
   * marked `data-appizer-field`) as a user record. Default: `true`.
   */
  submits?: boolean | undefined;
  /** `form_start`, when a visitor begins to fill in a form. Default: `false`. */
  starts?: boolean | undefined;
}

/** What is recorded without being asked for each time. */
export interface AutoEvents {
  /**
   * `page_view`, when a page is seen: {`page`, `url`, `title`, `referrer`, and campaign parameters and
   * click ids where the URL has them}. Default: `true`.
   */
  pageViews?: boolean | PageViewOptions | undefined;
  /**
   * `page_leave`, when it is left: {`page`, `title`, `url`, `visible_ms`: how long it was visible,
   * `scroll_percent`: how much of it was}. Default: `true`.
   */
  pageLeave?: boolean | undefined;
  /**
   * `session_start` with the first event of a session: where the visitor landed, the referrer and the campaign.
   * Default: `false`.
   */
  sessionStart?: boolean | undefined;
  /** `outbound_link_clicked` {`url`, `page`}, for a link to another host. Default: `false`. */
  outboundLinks?: boolean | undefined;
  /**
   * `file_downloaded` {`url`, `file_name`, `file_extension`, `page`}, for a link to a file, or with the
   * attribute `download`. Default: `false`.
   */
  downloads?: boolean | undefined;
  /**
   * `button_click` {`text`, `page`, `id`}, for buttons that are not inside `data-appizer-ignore`. Elements that are
   * marked `data-appizer-event="name"` record that event whatever this says. Default: `false`.
   */
  clicks?: boolean | undefined;
}

/** What besides the path makes another page. */
export interface PageViewOptions {
  /** Whether a change of the query alone counts. Default: `false`. */
  query?: boolean | undefined;
  /**
   * Whether a change of the hash alone counts: `true` for each, `false` for none. Default: only where it
   * is a route, as hash routers write it (`#/inbox`, `#!/inbox`).
   */
  hash?: boolean | undefined;
}

/**
 * Whether a visitor agreed to being recorded; see the option `consent`.
 *
 * @example
 * AppizerWeb.setConsent('granted');
 */
export type Consent = 'granted' | 'pending' | 'denied';

/**
 * A decision with a name of its own, which every event recorded under it says as `$consent`. Without a name that is
 * the state itself. Events of a site that never mentions consent have no `$consent`.
 *
 * @example
 * AppizerWeb.setConsent({ state: 'granted', decision: 'banner-2026-11' });
 */
export interface ConsentDecision {
  state: Consent;
  /** Such as the version of the text that was agreed to; at most 100 characters, the rest is cut. */
  decision?: string | undefined;
}

/**
 * An event on its way into the queue.
 *
 * @example
 * beforeSend: (event) => (event.event_name === 'debug_event' ? null : event);
 */
export interface OutgoingEvent {
  event_name: string;
  /** Its own and the global ones; what the SDK adds (`CommonProperties`) comes later. */
  properties: Properties;
}

/** What the SDK adds to every event's properties. */
export interface CommonProperties {
  /** A UUID of version 7, made when the event was tracked, and the same each time that it is sent. */
  $event_id: string;
  /** When it happened: ISO 8601, UTC, with milliseconds. */
  $timestamp: string;
  /** When it was sent, by the same clock: how far that clock is wrong, the server knows by when it received it. */
  $sent_at: string;
  /** The visit that it belongs to; it ends after `sessionTimeout` without an event. */
  $session_id: string;
  /** `<document>.<number>`: the page view that it belongs to, which has the same. 0: none was seen yet. */
  $view_id: string;
  /** 1, 2, 3, … within the document: gaps that `$dropped` does not account for were lost on the way. */
  $seq: number;
  /** The path that the visitor was on, where the event has no `page` of its own and the page is known. */
  $page?: string;
  /** `appizer-web` */
  $lib: string;
  $lib_version: string;
  /** The visitor is a program (see the option `bots`). */
  $bot?: true;
  /** The decision that the event was recorded under, on a site that asks for consent (see `setConsent`). */
  $consent?: string;
  /** The names of properties that were shortened or left out. */
  $cut?: string[];
  /** How many events before this one were lost, since it was last said. */
  $dropped?: number;
}

/**
 * The properties of the events that are recorded by themselves, by name: those of the options `autoEvents` and
 * `autoHook`. URLs are redacted (see `redactParameters` and `sanitizeUrl`).
 */
export interface AutomaticEvents {
  page_view: Landing & {
    /** The path; with its hash where that makes a page. */
    page: string;
    title?: string;
  };
  page_leave: {
    page: string;
    /** The title that the page had in the end. */
    title?: string;
    url: string;
    /** How long it was visible, in milliseconds. */
    visible_ms: number;
    /** How much of its height was in view at the most, in percent. */
    scroll_percent: number;
  };
  session_start: Landing;
  outbound_link_clicked: { url: string; page: string };
  file_downloaded: { url: string; page: string; file_name: string; file_extension: string };
  form_submit: FormFacts;
  form_start: FormFacts;
  /** `text` is what a screen reader says of the button, never what was typed. */
  button_click: { text: string; page: string; id?: string };
}

/** Where a visitor has arrived. */
export interface Landing {
  url: string;
  referrer?: string;
  /** Campaign parameters and click ids of the URL: `utm_source`, `gclid` and similar. */
  [parameter: string]: string | undefined;
}

/** What is recorded of a form. */
export interface FormFacts {
  form_id?: string;
  form_name?: string;
  /** Where it is sent, without query and hash. */
  form_action?: string;
  page: string;
  /** The names of its fields; never what is in them. */
  field_names: string[];
}

/** Why records ended otherwise than delivered. */
export type Reason =
  /** The queue was full (`maxQueueEvents`, `maxQueueBytes`), and these were the oldest. */
  | 'evicted'
  /**
   * The server will never take them (400, 409, 413, 422; for an alias 404 too), even one at a time; or they alone
   * failed again and again while others passed.
   */
  | 'refused'
  /** What storage held was damaged. */
  | 'unreadable'
  /** There were more of one name than `maxEventsPerSecond` allows. */
  | 'suppressed';

/**
 * Records that ended otherwise than delivered.
 *
 * @example
 * onError: ({ reason, count }) => console.warn(`${count} records: ${reason}`);
 */
export interface Report {
  /** Why. */
  reason: Reason;
  /** The server's answer, 0 where it had no part in it. */
  status: number;
  /** How many records. */
  count: number;
  /** The first ten of them. */
  records: {
    /** An event; what is known of a user; or the link between a user's two ids. */
    kind: 'event' | 'user' | 'alias';
    /** An event's name, and its `$event_id`. */
    event_name?: string;
    event_id?: string;
  }[];
}

/** Whom and what an event of now would belong to. */
export interface Context {
  /** The visitor's id; `undefined` before `init`, and without consent. */
  userId: string | undefined;
  /** The session's id (`$session_id` of events); `undefined` where the next event begins one. */
  sessionId: string | undefined;
  /** The view's id (`$view_id` of events). */
  viewId: string | undefined;
}

/**
 * What `flush` achieved.
 *
 * @example
 * const { pending } = await AppizerWeb.flush();
 */
export interface FlushResult {
  /** Records that the server acknowledged since `flush` was called. */
  delivered: number;
  /** Records that ended otherwise since then, see `onError`. */
  dropped: number;
  /** Records that still wait: offline, during a pause that the server asked for, or without a core. */
  pending: number;
}

/**
 * The global `AppizerWeb`, and what the package exports under that name. No method ever throws.
 *
 * `Events` are the site's own events: an interface with a member for each name, whose type is that of its
 * properties; `undefined` for none. `AppizerWeb.create<Events>(…)` and `AppizerWeb as Appizer<Events>` are
 * clients that take no others.
 *
 * @example
 * AppizerWeb.trackEvent('purchase_completed', { amount: 29.99, currency: 'USD' });
 */
export interface Appizer<Events extends object = AnyEvents> {
  /** Begins. A second call changes nothing. Calls made before are kept (at most 1,000) and replayed. */
  init(options: Options): void;
  /**
   * Records an event.
   *
   * `name`: what happened, in snake_case: `purchase_completed`. At most 255 bytes.
   *
   * `properties`: what else is to be known. Values are carried as `JSON.stringify` would, except that
   * a BigInt becomes a string, a cycle is cut, and a getter or `toJSON` that throws costs only its own
   * property. At most 16 levels, 1,000 values, 16 KiB a string and 256 KiB in all; what is beyond is
   * shortened or left out, and named in the event's `$cut`. Names that start with `$` are the SDK's.
   */
  trackEvent<Name extends keyof Events & string>(
    name: Name,
    ...properties: Given<Events[Name]>
  ): void;
  /**
   * Names the visitor, e.g. after login: a string of at most 255 bytes, or a finite number, which counts
   * as its decimal text. Events from now on carry this id, and the anonymous id that the visitor had
   * until now is linked to it. Blank ids and those that only a mistake makes (`undefined`, `null`,
   * `[object Object]`) are refused.
   */
  setUserId(id: string | number): void;
  /** The visitor's id; `undefined` before `init`, and without consent. */
  getUserId(): string | undefined;
  /**
   * Whom and what an event of now would belong to, for a server that records events of the same visit
   * ([appizer-web/propagate](docs/server.md)). A session that has ended, or not begun, has no id.
   */
  getContext(): Context;
  /**
   * Says what you know of the visitor (`POST /users`): `email` and `phone` (with country code) as texts, anything
   * else as properties. Calls are merged while they wait to be sent.
   */
  setUserProperties(properties: Properties): void;
  /** The visitor logs out: a new anonymous id and a new session. What waits goes out under the old id. */
  reset(): void;
  /** The visitor decided. See the option `consent`. */
  setConsent(state: Consent | ConsentDecision): void;
  /**
   * Sends what waits without delay, and says what became of it. Where the core is still loading, that is after it
   * has loaded. Never rejects.
   */
  flush(): Promise<FlushResult>;
  /**
   * Ends the client: no listener, no timer and no patched method of its own is left, except where something
   * else has patched the same method since (there a layer is left, which passes everything through). What waits
   * goes out as when a page is left; what does not get out, e.g. because the network is down, is sent by
   * the next client. Calls do nothing from then on, until another `init`.
   */
  shutdown(): void;
  /**
   * Makes an independent client, with an app, a queue and (by `userIdStorageKey`) a visitor of its own.
   * Given options, it is started with them.
   */
  create<Own extends object = AnyEvents>(options?: Options): Appizer<Own>;
  /** What was recorded of the page's clients. Only where a debug entry ran before the SDK: docs/trace.md. */
  trace?(): Trace;
  /** The SDK's version. */
  readonly version: string;
}
