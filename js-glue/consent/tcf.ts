/**
 * IAB Transparency and Consent Framework, `__tcfapi`.
 * https://github.com/InteractiveAdvertisingBureau/GDPR-Transparency-and-Consent-Framework
 */

import { attempt } from '../api/attempt.js';
import { globalOf, whenThere } from './page.js';
import type { Decision, Follow, FollowOptions } from './types.js';

interface TcData {
  eventStatus?: 'tcloaded' | 'cmpuishown' | 'useractioncomplete';
  gdprApplies?: boolean;
  listenerId?: number;
  purpose?: { consents?: Record<number, boolean | undefined> };
  vendor?: { consents?: Record<number, boolean | undefined> };
}

type TcfApi = (
  command: string,
  version: number,
  callback: (data: TcData | null, success: boolean) => void,
  parameter?: unknown,
) => void;

/** Store and access information on a device; measure content performance (the TCF's policies, appendix A). */
const PURPOSES = [1, 8];

export const followTcf: Follow = ({ options, say, unknown }) => {
  let over = false;
  let decided = false;
  return whenThere(
    () => globalOf<TcfApi>('__tcfapi') as TcfApi | undefined,
    (api) => {
      let id: number | undefined;
      const remove = () => attempt(() => api('removeEventListener', 2, () => {}, id));
      api('addEventListener', 2, (data, success) => {
        attempt(() => {
          id = data?.listenerId ?? id;
          if (over) remove();
          else if (!success || !data?.eventStatus) unknown('__tcfapi gave no answer');
          else if (data.eventStatus !== 'cmpuishown') decide(data);
          // An earlier decision counts on while the banner is open again.
          else if (!decided) say(undefined);
        });
      });
      return () => {
        over = true;
        if (id !== undefined) remove();
      };
    },
  );

  function decide(data: TcData): void {
    const decision = decisionOf(data, options);
    decided ||= !!decision;
    if (decision) say(decision);
    else
      unknown('__tcfapi says neither whether the GDPR applies nor which purposes were agreed to');
  }
};

function decisionOf(data: TcData, options: FollowOptions): Decision | undefined {
  if (data.gdprApplies === false) return outsideGdpr();
  const purposes = data.purpose?.consents;
  if (!purposes) return undefined;
  const agreed =
    (options.purposes ?? PURPOSES).every((purpose) => purposes[purpose] === true) &&
    (options.vendor === undefined || data.vendor?.consents?.[options.vendor] === true);
  return agreed ? 'granted' : 'denied';
}

/** Nobody was asked, so the browser's own signal counts. */
function outsideGdpr(): Decision {
  const { globalPrivacyControl } = navigator as { globalPrivacyControl?: boolean };
  return globalPrivacyControl === true ? 'denied' : 'granted';
}
