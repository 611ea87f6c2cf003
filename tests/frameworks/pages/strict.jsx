// The usual effect with its clean-up, which StrictMode runs twice; and the same after each hot reload.
import { AppizerWeb } from 'appizer-web';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';

function App() {
  const [count, setCount] = useState(0);
  useEffect(() => {
    AppizerWeb.init({
      appId: 'demo',
      apiBase: new URLSearchParams(location.search).get('api'),
      autoEvents: true,
      debug: true,
      beforeSend: (event) => event,
    });
    AppizerWeb.trackEvent('app_shown', { count });
    return () => AppizerWeb.shutdown();
  }, [count]);
  return (
    <button type="button" id="again" onClick={() => setCount(count + 1)}>
      {count}
    </button>
  );
}

createRoot(document.getElementById('app')).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
