// The component for layouts of Next.js, in React.
import { Appizer, useAppizer } from 'appizer-web/next';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

function Choose() {
  const appizer = useAppizer();
  return (
    <button type="button" id="choose" onClick={() => appizer.trackEvent('plan_chosen')}>
      Pro
    </button>
  );
}

createRoot(document.getElementById('app')).render(
  <StrictMode>
    <Appizer
      appId="demo"
      apiBase={new URLSearchParams(location.search).get('api')}
      autoEvents
      debug
    />
    <Choose />
  </StrictMode>,
);
