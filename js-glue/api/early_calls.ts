/**
 * Calls are safe before the core runs: each is in storage when it returns, where the core would keep it at the end of the
 * task, in a form from which any client can make the record (early_calls.h).
 */

import { toJson } from '../bridge/json.js';
import { attempt } from './attempt.js';
import { earlyPrefix } from './early_key.js';
import type { Host, Page } from './host.js';
import { option } from './options.js';
import type { Options } from './types.js';

/** Until then nobody can have taken a page's calls over, in milliseconds: well within `kEarly`. */
const OWN = 20_000;

/** What a stub has kept: keys up to the time, how many calls, which is the first view, and since when. */
export interface KeptByStub {
  prefix: string;
  count: number;
  view: string | undefined;
  since: number;
}

export interface EarlyCalls {
  /** Keeps an event; returns what it is known by, nothing where it is not kept. */
  keep(name: string, properties: string, happened: number): string | undefined;
  /** Whether that is the visitor's id already. */
  isUser(id: unknown): boolean;
  /** Whether the call that was kept so is still the page's own to make. */
  isOwn(kept: string): boolean;
  /** Facts of them for the core; none where nothing was kept. */
  facts(): { document?: string; kept?: number; view?: string };
}

/** Whether the site, the visitor's browser or a bot has a say in what is kept: then the core decides first. */
export function mayKeep({ gpc, dnt }: Host, options: Options): boolean {
  const given = (name: keyof Options) => option(options, name);
  return !(
    gpc ||
    given('consent') !== undefined ||
    given('rememberConsent') ||
    given('cookieless') ||
    (dnt && given('respectDNT')) ||
    given('bots') === 'drop' ||
    given('persistence') === 'memory'
  );
}

/**
 * Keeps the first view, where views are wanted, and then calls. `failed` is called where storage does not work. A host
 * without locks has none: nobody would know whether their page is still there.
 */
export function openEarlyCalls(
  host: Host,
  options: Options,
  page: Page | undefined,
  sanitized: (url: string) => string,
  stub: KeptByStub | undefined,
  failed: () => void,
): EarlyCalls | undefined {
  const { storage } = host;
  if (!storage || !host.locks) return undefined;
  const prefix = stub?.prefix ?? earlyPrefix(option(options, 'appId'), option(options, 'apiBase'));
  let works = true;
  let count = stub?.count ?? 0;
  let last = 0;
  let since = stub?.since ?? 0;
  let view = stub?.view;

  const userId = () =>
    attempt(() => {
      const key = String(option(options, 'userIdStorageKey') ?? 'appizer_user_id');
      const place = option(options, 'persistence') ?? 'localStorage';
      const shared = place !== 'localStorage' && storage.getItem(`cookie:${key}`);
      return shared || storage.getItem(key);
    });
  const keep = (what: object, properties: string, happened: number) => {
    if (!works) return undefined;
    last = Math.max(last + 1, host.wall());
    since ||= last;
    const url = attempt(() => host.page?.(false, false).url);
    const rest = { t: happened, u: url && sanitized(url), i: userId() ?? undefined, s: ++count };
    const text = toJson({ ...what, ...rest });
    works = !!attempt(() => {
      storage.setItem(prefix + last, properties ? `${text.slice(0, -1)},"p":${properties}}` : text);
      return true;
    });
    if (works) return `${last} ${count}`;
    --count;
    failed();
    return undefined;
  };
  const events = option(options, 'autoEvents') as { pageViews?: unknown } | undefined;
  if (!stub && page && events && events.pageViews !== false) {
    const { title, referrer, landing } = page;
    const where = { r: sanitized(referrer), l: landing && sanitized(landing) };
    view = keep({ v: title, ...where }, '', host.wall());
  }
  // A page that takes a call over puts something else in its place (early_calls.h).
  const isOwn = (kept: string) => {
    const age = host.wall() - since;
    const key = prefix + Number.parseInt(kept, 10);
    return (age >= 0 && age < OWN) || !!attempt(() => storage.getItem(key)?.startsWith('{'));
  };
  return {
    isOwn,
    keep: (name, properties, happened) =>
      name.trim() && /^({|$)/.test(properties)
        ? keep({ n: name }, properties, happened)
        : undefined,
    isUser: (id) => userId() === id,
    facts: () =>
      since
        ? {
            document: prefix.split('.')[4],
            kept: count,
            ...(view && { view: isOwn(view) ? view : '-' }),
          }
        : {},
  };
}
