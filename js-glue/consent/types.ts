/** What a consent banner is connected with, and how. */

/** What a visitor decided. */
export type Decision = 'granted' | 'denied';

/** The consent banners that `followConsent` knows, by the API that they document. */
export type Banner =
  /** IAB Transparency and Consent Framework 2.2 and 2.3: `__tcfapi`. */
  | 'tcf'
  /** Google Consent Mode: `gtag('consent', …)`, `analytics_storage`. */
  | 'gtag'
  | 'onetrust'
  | 'cookiebot'
  /** Versions 2 (`UC_UI`) and 3 (`__ucCmp`). */
  | 'usercentrics'
  | 'didomi'
  | 'cookieyes'
  | 'klaro'
  | 'osano';

/**
 * Options of `followConsent`.
 *
 * @example
 * followConsent(AppizerWeb, { from: 'onetrust' });
 */
export interface FollowOptions {
  /**
   * The site's banner. Default: `auto`, which listens to all of them. There a banner by name counts before `tcf`,
   * and that before `gtag`, of which only updates count.
   */
  from?: Banner | 'auto' | undefined;
  /**
   * What the banner calls the category, purpose or service that stands for Appizer; not with `auto`. Default: `C0002`
   * (OneTrust), `statistics` (Cookiebot), `analytics` (CookieYes), `ANALYTICS` (Osano), `analytics_storage` (gtag),
   * `measure_content_performance` (Didomi), and the services `Appizer` (Usercentrics) and `appizer` (Klaro).
   */
  category?: string | undefined;
  /**
   * The purposes of the TCF that must all be consented to. Default: 1 (store and access information on a device) and
   * 8 (measure content performance).
   */
  purposes?: readonly number[] | undefined;
  /** The id of a vendor in the TCF's list that must be consented to as well. Default: none. */
  vendor?: number | undefined;
  /**
   * Is called with a sentence where the banner's decision is not known: it has not come within 10 seconds, or its
   * answer is malformed or lacks the category. Consent stays as it was. Default: nothing is said.
   */
  onUnknown?: ((reason: string) => void) | undefined;
}

/** What one banner's file needs. */
export interface Listener {
  readonly options: FollowOptions;
  /** Reports what the banner says: a decision, or that it is there and has none yet. */
  say(decision: Decision | undefined): void;
  /** Reports an answer that means nothing. */
  unknown(reason: string): void;
}

/** Connects one banner. Returns what ends that. */
export type Follow = (listener: Listener) => () => void;
