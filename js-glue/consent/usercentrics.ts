/**
 * Usercentrics, version 2 (https://usercentrics.com/docs/web/features/v2/events_v2/events_v2/) and version 3
 * (https://support.usercentrics.com/hc/en-us/articles/17484523116572).
 */

import { globalOf, on } from './page.js';
import type { Follow } from './types.js';

/** Version 2. */
interface UcUi {
  isInitialized(): boolean;
  /** Whether the visitor has yet to answer. */
  isConsentRequired(): boolean;
  getServicesBaseInfo(): { name?: string; consent?: { status?: boolean } }[];
}
interface StatusEvent {
  event?: string;
  type?: string;
  [service: string]: unknown;
}

/** Version 3. */
interface UcCmp {
  getConsentDetails(): Promise<Details>;
}
interface Details {
  consent?: { required?: boolean; type?: string };
  services?: Record<string, { name?: string; consent?: { given?: boolean } }>;
}

export const followUsercentrics: Follow = ({ options, say, unknown }) => {
  const service = options.category ?? 'Appizer';
  let over = false;

  /** `answered`: whether this is the visitor's answer, or none is needed. */
  const decide = (given: unknown, answered: boolean) => {
    if (typeof given !== 'boolean') unknown(`Usercentrics has no service ${service}`);
    else if (answered) say(given ? 'granted' : 'denied');
    else say(undefined);
  };
  const isExplicit = (type: unknown) => String(type).toLowerCase() === 'explicit';

  const readVersion2 = () => {
    const ui = globalOf<UcUi>('UC_UI');
    if (!ui?.isInitialized?.()) return;
    const one = ui.getServicesBaseInfo?.().find(({ name }) => name === service);
    decide(one?.consent?.status, ui.isConsentRequired?.() === false);
  };
  const readVersion3 = (details: Details | undefined) => {
    if (over || !details) return;
    const one = Object.values(details.services ?? {}).find(({ name }) => name === service);
    const { required, type } = details.consent ?? {};
    decide(one?.consent?.given, isExplicit(type) || required === false);
  };
  const askVersion3 = async () => {
    try {
      readVersion3(await globalOf<UcCmp>('__ucCmp')?.getConsentDetails?.());
    } catch {
      unknown('Usercentrics gave no answer');
    }
  };

  const stop = on(
    window,
    ['ucEvent', 'UC_CONSENT', 'UC_UI_CMP_EVENT', 'UC_UI_INITIALIZED'],
    (detail, type) => {
      const { event, type: kind, ...more } = (detail ?? {}) as StatusEvent;
      if (type === 'UC_CONSENT') readVersion3(detail as Details);
      // Version 2 with `ucEvent` as its window event, and version 3 for compatibility.
      else if (event === 'consent_status') {
        const required = globalOf<UcUi>('UC_UI')?.isConsentRequired?.();
        decide(more[service], isExplicit(kind) || required === false);
      } else if (kind === 'DENY_ALL') say('denied');
      else readVersion2();
    },
  );
  readVersion2();
  askVersion3();
  return () => {
    over = true;
    stop();
  };
};
