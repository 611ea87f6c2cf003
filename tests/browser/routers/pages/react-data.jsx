/** The shop with React Router's data routers: the data first, then the URL, then a title that an effect sets. */
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import {
  createBrowserRouter,
  Link,
  Outlet,
  RouterProvider,
  redirect,
  useLoaderData,
} from 'react-router';

function Page() {
  const { title, height } = useLoaderData();
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <>
      <h1>{title}</h1>
      <div style={{ height }} />
    </>
  );
}

function Shop() {
  return (
    <>
      <nav>
        <Link id="about" to="/about">
          about
        </Link>{' '}
        <Link id="item" to="/items/1">
          item
        </Link>{' '}
        <Link id="old" to="/old">
          old
        </Link>
      </nav>
      <Outlet />
    </>
  );
}

/** @param {string} title @param {number} [height] */
const loaded = (title, height = 10) => ({
  Component: Page,
  async loader() {
    if (title !== 'Home') await fetch(`/data?${title}`);
    return { title, height };
  },
});

const router = createBrowserRouter([
  {
    Component: Shop,
    children: [
      { path: '/', ...loaded('Home', 6000) },
      { path: '/about', ...loaded('About') },
      { path: '/items/1', ...loaded('Item 1') },
      {
        path: '/old',
        async loader() {
          await fetch('/data?old');
          return redirect('/about');
        },
      },
    ],
  },
]);

createRoot(/** @type {Element} */ (document.getElementById('app'))).render(
  <RouterProvider router={router} />,
);
