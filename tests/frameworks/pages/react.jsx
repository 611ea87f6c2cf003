// A React app in StrictMode, which mounts everything twice while it is developed.
import { AppizerProvider, useAppizer } from 'appizer-web/react';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

function Plans() {
  const appizer = useAppizer();
  // Before the provider's own effect, as React runs those of children first.
  useEffect(() => appizer.trackEvent('plans_shown'), [appizer]);
  return (
    <button type="button" id="choose" onClick={() => appizer.trackEvent('plan_chosen')}>
      Pro
    </button>
  );
}

function App() {
  const [count, setCount] = useState(0);
  const api = new URLSearchParams(location.search).get('api');
  return (
    <>
      <button type="button" id="again" onClick={() => setCount(count + 1)}>
        {count}
      </button>
      {/* With another key everything is mounted anew. */}
      <AppizerProvider key={count} appId="demo" apiBase={api} autoEvents debug>
        <Plans />
      </AppizerProvider>
    </>
  );
}

createRoot(document.getElementById('app')).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
