'use client';

import { useEffect } from 'react';
import { appizer } from './shop';

export function Plans({ api }: { api: string }) {
  useEffect(() => {
    appizer.init({ appId: 'demo', apiBase: api, autoEvents: true });
  }, [api]);
  return (
    <button
      type="button"
      id="choose"
      onClick={() => appizer.trackEvent('plan_chosen', { plan: 'pro' })}
    >
      Pro
    </button>
  );
}
