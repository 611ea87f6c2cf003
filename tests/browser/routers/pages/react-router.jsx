/** The shop with React Router, its title set by an effect and by data that comes later. */
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter, Link, Navigate, Route, Routes, useParams } from 'react-router';

/** @param {{ text: string, later?: number }} props */
function Title({ text, later = 0 }) {
  useEffect(() => {
    const timer = setTimeout(() => {
      document.title = text;
    }, later);
    return () => clearTimeout(timer);
  }, [text, later]);
  return <h1>{text}</h1>;
}

function Item() {
  return <Title text={`Item ${useParams().id}`} later={200} />;
}

createRoot(/** @type {Element} */ (document.getElementById('app'))).render(
  <BrowserRouter>
    <nav>
      <Link id="about" to="/about">
        about
      </Link>{' '}
      <Link id="item" to="/items/1">
        item
      </Link>{' '}
      <Link id="old" to="/old">
        old
      </Link>{' '}
      <Link id="tab" to="/about?tab=2">
        tab
      </Link>
    </nav>
    <Routes>
      <Route path="/" element={<Title text="Home" />} />
      <Route path="/about" element={<Title text="About" />} />
      <Route path="/items/:id" element={<Item />} />
      <Route path="/old" element={<Navigate to="/about" replace />} />
    </Routes>
  </BrowserRouter>,
);
