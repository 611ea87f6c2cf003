import './analytics.js';
import { AppizerWeb } from 'appizer-web';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter, Link, Route, Routes } from 'react-router';

const Home = () => (
  <>
    <title>Home</title>
    <button id="choose" type="button" onClick={() => AppizerWeb.trackEvent('plan_chosen')}>
      Choose
    </button>
    <Link id="about" to="/about">
      About
    </Link>
  </>
);

createRoot(document.getElementById('app')).render(
  <StrictMode>
    <BrowserRouter>
      <Routes>
        <Route path="/" element={<Home />} />
        <Route path="/about" element={<title>About</title>} />
      </Routes>
    </BrowserRouter>
  </StrictMode>,
);
