/**
 * The same small shop made with one router after another (`pages/`). Everything that is installed or
 * made for it is in `build/pages`, once for each state of the sources.
 */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { build } from '../../../scripts/paths.mjs';
import { install, once, run } from '../../installed.mjs';
import { unpackInto } from '../../package/packed.mjs';
import { sdk } from '../visits.mjs';

const sources = join(dirname(fileURLToPath(import.meta.url)), 'pages');
const made = join(build, 'pages');

/** Next.js is 330 MB and minutes of work, Astro 150 MB, so they are left to `npm run test:routers`. */
export const withAll = process.env.APPIZER_ROUTERS === 'all';

const entries = [
  ...['react-router.jsx', 'vue-router.js', 'turbo.js'],
  ...['react-data.jsx', 'vue-async.js', 'swup.js', 'barba.js', 'htmx.js'],
];

/** Installs the frameworks and makes the pages, as far as that has not been done. */
export async function makePages() {
  install(sources, made);
  make('svelte-kit', '../node_modules/vite/bin/vite.js');
  if (withAll) {
    install(join(sources, 'next'), join(made, 'next'));
    make('next', 'node_modules/next/dist/bin/next');
    install(join(sources, 'astro'), join(made, 'astro'));
    make('astro', 'node_modules/astro/astro.js');
  }
  for (const entry of entries) {
    cpSync(join(sources, entry), join(made, entry));
    await bundle({
      entryPoints: [join(made, entry)],
      bundle: true,
      outfile: join(made, 'bundles', entry.replace(/\.\w+$/, '.js')),
      format: 'iife',
      jsx: 'automatic',
      define: {
        'process.env.NODE_ENV': '"production"',
        __VUE_OPTIONS_API__: 'true',
        __VUE_PROD_DEVTOOLS__: 'false',
        __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      },
      logLevel: 'warning',
    });
  }
}

/**
 * Builds an app that has the package from npm, anew each time, as the package may be another.
 *
 * @param {string} name of its folder
 * @returns {string} where it is
 */
export function makeNextApp(name) {
  const target = join(made, 'next');
  install(join(sources, 'next'), target);
  unpackInto(target);
  const app = join(target, name);
  rmSync(app, { recursive: true, force: true });
  cpSync(join(sources, 'next', name), app, { recursive: true });
  run(process.execPath, ['../node_modules/next/dist/bin/next', 'build'], app);
  return app;
}

/** @param {string} name of the folder @param {string} builder in it */
function make(name, builder) {
  once(made, name, [join(sources, name), join(sources, 'package-lock.json')], () => {
    cpSync(join(sources, name), join(made, name), { recursive: true });
    run(process.execPath, [builder, 'build'], join(made, name));
  });
}

// With the first page's title, as one that the server has made: how soon a script starts is the machine's business.
/** @param {string} script */
const app = (script) => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>Home</title>${sdk}</head><body><div id="app"></div><script src="/${script}"></script></body></html>`;

const paths = ['/', '/about', '/items/1', '/old'];

/** @param {(path: string) => import('../harness/site.mjs').Content} page */
const pagesOf = (page) => Object.fromEntries(paths.map((path) => [path, page(path)]));

/** @param {string} name @param {string} text */
const turboPage = (name, text) => `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>${name}</title>${sdk}<script src="/turbo.js" defer></script></head><body>
<a id="about" href="/about">about</a> <a id="item" href="/items/1">item</a> <a id="old" href="/old">old</a>
<a id="tab" href="/about?tab=2">tab</a><h1>${text}</h1></body></html>`;

/** Each shop: its pages, and the names that they have in events. */
export const shops = () => {
  const bundles = join(made, 'bundles');
  /** @param {string} folder @param {string} file */
  const html = (folder, file) => readFileSync(join(made, folder, file), 'utf8');
  return {
    'React Router': { folders: [bundles], pages: pagesOf(() => app('react-router.js')) },
    'Vue Router': { folders: [bundles], pages: pagesOf(() => app('vue-router.js')) },
    'Vue Router, by the hash': {
      folders: [bundles],
      pages: { '/hash': app('vue-router.js') },
      open: '/hash',
      /** @param {string} path */
      name: (path) => (path === '/' ? '/hash' : `/hash#${path}`),
    },
    SvelteKit: {
      folders: [join(made, 'svelte-kit', 'build')],
      pages: pagesOf(() => html('svelte-kit/build', 'index.html')),
    },
    Turbo: {
      folders: [bundles],
      pages: {
        '/': turboPage('Home', 'Home'),
        '/about': turboPage('About', 'About'),
        '/items/1': turboPage('Item 1', 'Item 1'),
        '/old': { status: 302, headers: { location: '/about' } },
      },
    },
    // Read only when it is asked for, as it may not have been made.
    get 'Next.js'() {
      const file = (/** @type {string} */ path) => (path === '/' ? 'index.html' : `${path}.html`);
      return {
        folders: [join(made, 'next', 'out')],
        pages: pagesOf((path) => html('next/out', file(path))),
      };
    },
  };
};

/** How long a slow server takes to answer, in milliseconds. */
export const SLOW = 1200;

/** @param {import('../harness/site.mjs').Content} content @returns {() => Promise<typeof content>} */
const slowly = (content) => () =>
  new Promise((resolve) => {
    setTimeout(() => resolve(content), SLOW);
  });

// Marked up for all of the routers that put pages of a server in place. The first is long.
/** @param {string} script @param {string} title */
const served = (script, title) => {
  const links = Object.entries({ about: '/about', item: '/items/1', old: '/old' });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>${title}</title>${sdk}<script src="/${script}" defer></script></head><body data-barba="wrapper">
<nav>${links.map(([id, to]) => `<a id="${id}" href="${to}" hx-boost="true">${id}</a>`).join(' ')}</nav>
<main id="swup" data-barba="container" data-barba-namespace="page"><h1>${title}</h1>
<div style="height: ${title === 'Home' ? 6000 : 10}px"></div></main></body></html>`;
};

/**
 * A server that answers the router after `SLOW`, except with the first page.
 *
 * @param {(title: string, file: string) => string} page
 */
const slowServer = (page) => ({
  '/': page('Home', 'index.html'),
  '/about': slowly(page('About', 'about.html')),
  '/items/1': slowly(page('Item 1', 'items/1.html')),
  '/old': { status: 302, headers: { location: '/about' } },
});

/** What the same shop is on a slow network, with what changes the URL before the title, and after it. */
export const slowShops = () => {
  const folders = [join(made, 'bundles')];
  /** @param {string} script */
  const fetched = (script) => ({ folders, pages: slowServer((title) => served(script, title)) });
  /** @param {string} script */
  const withData = (script) => ({
    folders,
    pages: { ...pagesOf(() => app(script)), '/data': slowly('') },
  });
  return {
    swup: fetched('swup.js'),
    barba: fetched('barba.js'),
    Turbo: fetched('turbo.js'),
    htmx: fetched('htmx.js'),
    'Vue Router, asynchronous set-up': withData('vue-async.js'),
    'React Router, data': withData('react-data.js'),
    // Read only when it is asked for, as it may not have been made.
    get 'Astro ClientRouter'() {
      const dist = join(made, 'astro', 'dist');
      return {
        folders: [dist],
        pages: slowServer((_, file) => readFileSync(join(dist, file), 'utf8')),
      };
    },
  };
};
