'use client';

import { useAppizer } from 'appizer-web/next';

export function Choose() {
  const appizer = useAppizer();
  return (
    <button type="button" id="choose" onClick={() => appizer.trackEvent('plan_chosen')}>
      Pro
    </button>
  );
}
