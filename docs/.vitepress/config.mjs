/** The documentation as a site: `npm run docs` serves it, `npm run docs:build` builds it into build/docs. */
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Where a paper of the project is in the site. @param {string} path from the root of the project */
const placeOf = (path) =>
  path === 'README.md'
    ? 'overview.md'
    : path.replace(/^docs\//, '').replace(/^([A-Z]+)\.md$/, (name) => name.toLowerCase());

const papers = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'bench/README.md',
  'examples/collector/README.md',
];

/**
 * Links of a paper lead to other papers by their paths in the project. In the site these are elsewhere, and files that
 * are no papers are not there at all: such a link becomes its text.
 *
 * @param {import('markdown-it').default} markdown
 */
function moveLinks(markdown) {
  markdown.core.ruler.push('move-links', (state) => {
    const page = relative(root, state.env.realPath ?? state.env.path);
    for (const { children } of state.tokens) {
      const open = [];
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const href = String(token.attrGet('href'));
          open.push(moved(page, href, token));
        } else if (token.type === 'link_close' && open.pop() === false) {
          token.type = 'html_inline';
          token.content = '';
        }
      }
    }
  });
}

/** @returns {boolean} false where there is nothing to link to */
function moved(page, href, token) {
  if (/^([a-z]+:|#|\/)/.test(href)) return true;
  const [path = '', hash] = href.split('#');
  const file = posix.join(posix.dirname(page), path);
  const isPaper = papers.includes(file) || /^docs\/.*\.md$/.test(file);
  if (isPaper && existsSync(join(root, file))) {
    token.attrSet('href', `/${placeOf(file)}${hash ? `#${hash}` : ''}`);
    return true;
  }
  token.type = 'html_inline';
  token.content = '';
  return false;
}

/** For programs that read: llms.txt, and beside each page its Markdown. @param {string} to */
function addMarkdown(to) {
  const text = readFileSync(join(root, 'llms.txt'), 'utf8');
  const moved = text.replace(/\]\(([\w/-]+\.md)\)/g, (_, path) => {
    const place = placeOf(path);
    mkdirSync(dirname(join(to, place)), { recursive: true });
    copyFileSync(join(root, path), join(to, place));
    return `](/${place})`;
  });
  writeFileSync(join(to, 'llms.txt'), moved);
}

/** The page of the simulator, where it has been built. @param {string} to */
function addPlay(to) {
  const built = join(root, 'build', 'play');
  if (existsSync(built)) cpSync(built, join(to, 'play'), { recursive: true });
}

const frameworks = [
  ['Plain HTML', 'html'],
  ['React', 'react'],
  ['Next.js', 'next'],
  ['Vue', 'vue'],
  ['Nuxt', 'nuxt'],
  ['SvelteKit', 'sveltekit'],
  ['Angular', 'angular'],
  ['Astro', 'astro'],
  ['Google Tag Manager', 'gtm'],
  ['WordPress', 'wordpress'],
  ['Workers and Node', 'workers'],
  ['Jest and Vitest', 'unit-tests'],
  ['Playwright', 'playwright'],
];

const items = (folder, all) => all.map(([text, name]) => ({ text, link: `/${folder}${name}` }));

export default defineConfig({
  title: 'Appizer Web SDK',
  description: 'Page views, form submissions and custom events, nothing lost and nothing twice.',
  lang: 'en',
  srcDir: '..',
  srcExclude: [
    '{src,js-glue,web,tests,scripts,dist,doctor,plan,play,build,node_modules}/**',
    'examples/*.md',
    '*.tgz',
    'THIRD_PARTY_NOTICES.md',
  ],
  rewrites: Object.fromEntries([
    ...papers.map((path) => [path, placeOf(path)]),
    ['docs/:path*', ':path*'],
  ]),
  outDir: join(root, 'build', 'docs'),
  cacheDir: join(root, 'build', 'docs-cache'),
  buildEnd: ({ outDir }) => {
    addMarkdown(outDir);
    addPlay(outDir);
  },
  cleanUrls: true,
  lastUpdated: false,
  markdown: {
    config: moveLinks,
    theme: { light: 'github-light', dark: 'github-dark' },
  },
  head: [
    ['link', { rel: 'icon', href: 'data:,' }],
    ['meta', { name: 'theme-color', content: '#2f5d50' }],
  ],
  vite: { publicDir: join(root, 'docs', '.vitepress', 'public'), server: { host: '127.0.0.1' } },
  themeConfig: {
    logo: { src: '/leaf.svg', alt: '' },
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Start', link: '/overview' },
      { text: 'Frameworks', link: '/frameworks/html', activeMatch: '/frameworks/' },
      { text: 'Move from …', link: '/migrate/segment', activeMatch: '/migrate/' },
      { text: 'Changes', link: '/changelog' },
    ],
    sidebar: [
      {
        text: 'Start',
        items: items('', [
          ['Overview', 'overview'],
          ['Load the SDK', 'loading'],
          ['Options', 'options'],
          ['Check a site: the doctor', 'doctor'],
          ['Bindings for frameworks', 'bindings'],
          ['From your own domain', 'first-party'],
        ]),
      },
      { text: 'Use it with …', items: items('frameworks/', frameworks) },
      {
        text: 'Move from …',
        items: items('migrate/', [
          ['Segment', 'segment'],
          ['PostHog', 'posthog'],
          ['Mixpanel', 'mixpanel'],
          ['Amplitude', 'amplitude'],
          ['Google Analytics 4', 'ga4'],
        ]),
      },
      {
        text: 'Privacy',
        items: items('', [
          ['Consent', 'consent'],
          ['What is collected', 'privacy'],
          ['Forms', 'forms'],
          ['Content-Security-Policy', 'csp'],
        ]),
      },
      {
        text: 'Run it',
        items: items('', [
          ['On a server', 'server'],
          ['Node and headless', 'headless'],
          ['A collector at scale', 'scale'],
          ['Test your tracking', 'testing'],
          ['Trace and replay', 'trace'],
          ['Tracking plan', 'plan'],
          ['Browsers', 'browsers'],
          ['What it does to your page', 'your-page'],
        ]),
      },
      {
        text: 'How it works',
        collapsed: true,
        items: items('', [
          ['Architecture', 'architecture'],
          ['Simulator', 'simulator'],
          ['Watch it, and break it', 'play'],
          ['Fuzzing', 'fuzzing'],
          ['Size', 'size'],
          ['Benchmarks', 'benchmarks'],
          ['Promises, and who keeps them', 'conformance'],
          ['Contributing', 'contributing'],
        ]),
      },
    ],
    docFooter: { prev: 'Before', next: 'Next' },
    footer: { message: 'MIT license' },
  },
});
