/**
 * `npm run manifest`: the privacy manifest, what the SDK stores and sends, as it was seen in visits to the testing host
 * that use every feature that docs/privacy.md describes; what each thing is for is in the tables of that page. The build
 * writes it to dist/privacy-manifest.json; this command renews the copy docs/privacy-manifest.json, which is tracked, so
 * that a change shows in the diff of a pull request.
 *
 * @typedef {{ keys: Set<string>, requests: Set<string>, fields: Map<string, Map<string, number>>, user: Set<string>,
 *   events: Map<string, number> }} Seen `fields`: how often each was on each event
 * @typedef {{ createClient: (options: object) => any, createWorld: (options: object) => any }} Built
 */
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dist, root } from './paths.mjs';

export const manifestFile = 'privacy-manifest.json';
export const trackedCopy = join(root, 'docs', manifestFile);

/** The events whose properties are the site's own, and the property of the user that is. */
const OWN = /^(plan_chosen|loop|page_marked)$/;
const OWN_USER = 'properties.plan';

/** What only the host in a browser does: tests/browser/privacy.test.mjs sees it. */
const ofBrowsers = ['cookie:appizer_probe'];

/**
 * @param {string} folder of the build
 * @param {string} [paper] docs/privacy.md
 * @returns {Promise<string>} the manifest, as JSON
 */
export async function makeManifest(
  folder,
  paper = readFileSync(join(root, 'docs/privacy.md'), 'utf8'),
) {
  const load = (/** @type {string} */ name) => import(pathToFileURL(join(folder, name)).href);
  const { AppizerWeb } = await load('index.mjs');
  const { createWorld } = await load('testing.mjs');
  const seen = await visitAll({ createClient: AppizerWeb.create, createWorld });
  return `${JSON.stringify(manifestOf(seen, paper), undefined, 2)}\n`;
}

/** @param {Seen} seen @param {string} paper */
function manifestOf(seen, paper) {
  const storage = tableOf(paper, 'Storage');
  const requests = tableOf(paper, 'Requests');
  const fields = tableOf(paper, 'Fields of events');
  const users = tableOf(paper, 'Fields of user records');
  const purpose = (/** @type {string[][]} */ table, /** @type {string} */ name, column = 1) =>
    table.find(([first]) => first === name)?.[column] ?? null;
  const keyRow = (/** @type {string} */ key, /** @type {string} */ where) =>
    storage.find(([name, place]) => name === key && place?.startsWith(where));
  return {
    about:
      'What appizer-web stores and sends, as seen in test visits that use every feature. A purpose of null is a mistake.',
    storage: [...seen.keys, ...ofBrowsers].sort().map((whole) => {
      const cookie = whole.startsWith('cookie:');
      const key = whole.replace('cookie:', '');
      const row = keyRow(key, cookie ? 'cookie' : 'localStorage');
      return {
        where: cookie ? 'cookie' : 'localStorage',
        key,
        condition: row?.[1]?.split(/, |; /).slice(1).join(', ') || 'always',
        purpose: row?.[2] ?? null,
        lifetime: row?.[3] ?? null,
      };
    }),
    requests: [...seen.requests].sort().map((path) => ({
      method: 'POST',
      path,
      when: purpose(requests, path),
      purpose: purpose(requests, path, 2),
    })),
    events: [...seen.fields].sort(byName).map(([field, on]) => ({
      field,
      on: placesOf(on, seen.events),
      purpose: purpose(fields, field),
    })),
    users: [...seen.user].sort().map((field) => ({ field, purpose: purpose(users, field) })),
  };
}

/** @param {[string, unknown]} a @param {[string, unknown]} b */
const byName = ([a], [b]) => (a < b ? -1 : 1);

/** On which events a field was. @param {Map<string, number>} on @param {Map<string, number>} events */
function placesOf(on, events) {
  const always = [...events].every(([name, count]) => on.get(name) === count);
  if (always) return 'every event';
  return [...on.keys()].some((name) => OWN.test(name)) ? 'some events' : [...on.keys()].sort();
}

/** The rows of the table below a heading, their cells without backticks. @param {string} paper @param {string} heading */
export function tableOf(paper, heading) {
  const section = paper.split(new RegExp(`\n##+ ${heading}\n`))[1]?.split(/\n##/)[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('|--'))
    .slice(1)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    )
    .map((row, i, rows) =>
      row.map((cell, j) => {
        let above = i;
        while (rows[above]?.[j] === 'the same') above -= 1;
        return rows[above]?.[j] ?? cell;
      }),
    );
}

/** A key without what is random or counted in it. @param {string} key */
const shapeOf = (key) =>
  key
    .replace(/^((?:cookie:)?appizer\.1\.)[0-9a-z]{8}/, '$1<app>')
    .replace(/^(.*<app>\.j\.)[0-9a-z]{10}\.([a-z])\d+$/, '$1<page>.$2<n>')
    .replace(/^(.*<app>\.l\.)[0-9a-z]{10}$/, '$1<page>');

/** @param {Built} built */
async function visitAll(built) {
  /** @type {Seen} */
  const seen = {
    ...{ keys: new Set(), requests: new Set(), user: new Set() },
    ...{ fields: new Map(), events: new Map() },
  };
  const all = {
    autoEvents: { sessionStart: true, outboundLinks: true, downloads: true, clicks: true },
    autoHook: { starts: true },
  };
  await visit(built, seen, { ...all }, { locks: true, flood: true });
  await visit(built, seen, { ...all, bots: 'mark' }, { locks: false, webdriver: true });
  await visit(built, seen, { ...all, persistence: 'both' }, { locks: true });
  await visit(built, seen, { ...all, persistence: 'cookie' }, { locks: true });
  await visit(built, seen, { ...all, consent: 'pending', rememberConsent: true }, { locks: true });
  await visit(built, seen, { ...all, maxQueueEvents: 3 }, { locks: true, offline: true });
  return seen;
}

/**
 * One visit, in which everything happens.
 *
 * @param {Built} built @param {Seen} seen @param {Record<string, unknown>} options of `init`
 * @param {{ locks: boolean, webdriver?: boolean, offline?: boolean, flood?: boolean }} browser
 */
async function visit(built, seen, options, { locks, webdriver, offline, flood }) {
  const { createClient, createWorld } = built;
  const url = 'https://shop.example/plans?utm_source=letter&gclid=1';
  const world = createWorld({
    ...{ url, title: 'Plans', referrer: 'https://search.example/', userAgent: 'Browser/1' },
    storage: watched(seen),
  });
  const { host, submit, submitNames, begin, press } = withForms(world, { locks, webdriver });
  const app = createClient({ appId: 'demo', host, ...options });
  // Before the core runs.
  app.trackEvent('plan_chosen', { plan: 'pro' });
  world.advance(5000);
  app.setConsent({ state: 'granted', decision: 'banner-1' });
  world.advance(5000);
  if (offline) world.setOnline(false);
  else world.failNext(503, 2);
  for (let i = 0; i < 5; ++i) app.trackEvent('loop', { i, text: i ? '' : 'x'.repeat(20_000) });
  app.setUserProperties({ email: 'jane@mail.example', phone: '+44 20 7946 0958', plan: 'pro' });
  world.advance(offline ? 100_000 : 60_000);
  world.setOnline(true);
  world.advance(120_000);
  if (flood) {
    for (let i = 0; i < 10_100; ++i) app.trackEvent('loop');
    world.advance(120_000);
    app.trackEvent('loop');
    world.advance(120_000);
  }
  world.click('https://other.example/');
  world.click('/price-list.pdf', { download: '' });
  press('', 'Buy', 'buy');
  press('page_marked', 'Mark', '');
  begin();
  submit();
  world.advance(5000);
  submitNames();
  world.advance(5000);
  world.scroll(60);
  world.navigate('/next', { title: 'Next' });
  world.advance(5000);
  app.setUserId('user_1');
  world.advance(5000);
  app.reset();
  world.advance(5000);
  await world.leave();
  note(seen, world);
  app.shutdown();
}

/** A storage that notes which keys are ever written; deterministic, as all here. @param {Seen} seen */
function watched({ keys }) {
  /** @type {Map<string, string>} */
  const items = new Map();
  return {
    getItem: (/** @type {string} */ key) => items.get(key) ?? null,
    setItem(/** @type {string} */ key, /** @type {string} */ value) {
      keys.add(shapeOf(key));
      items.set(key, value);
    },
    removeItem: (/** @type {string} */ key) => void items.delete(key),
    keys: () => [...items.keys()].filter((key) => !key.startsWith('cookie:')),
  };
}

/** The simulated host, with locks, idle time, a form and a button. */
function withForms(world, { locks, webdriver }) {
  /** @type {any} */
  let events;
  let byte = 0;
  const { timer, watch } = world.host;
  const later = (/** @type {() => void} */ call) => void timer(1, call);
  const texts = ['Jane Doe', 'jane@mail.example', '+442079460958', 'Engines', '', 'Jane', 'Doe'];
  const host = Object.assign(world.host, {
    webdriver: webdriver ?? false,
    random(/** @type {Uint8Array} */ bytes) {
      for (let i = 0; i < bytes.length; ++i) {
        byte = (byte + 37) % 256;
        bytes[i] = byte;
      }
    },
    watch(what, given, sanitized) {
      events = given;
      return watch(what, given, sanitized);
    },
    forms: {
      values: (id, numbers) =>
        later(() => {
          const wanted = numbers ? numbers.split(' ') : [];
          const values = wanted.map((n) => texts[fields.indexOf(asked[n])] ?? '');
          events.form(2, id, 0, values.join('\0'));
          // Sent by the browser, and valid.
          later(() => events.form(3, id, 3, ''));
        }),
      check() {},
      flush() {},
    },
    ...(locks
      ? {
          idle: (call) => void timer(500, call),
          locks: { request: (_name, _wait, answer) => later(() => answer(true)), release() {} },
        }
      : {}),
  });
  const field = (type, name, complete) => [type, name, complete, `${name}|`, name, '', '', '', ''];
  const fields = [
    field('text', 'name', 'name'),
    field('email', 'email', 'email'),
    field('tel', 'phone', 'tel'),
    field('text', 'company', 'organization'),
    field('password', 'password', 'new-password'),
    field('text', 'first', 'given-name'),
    field('text', 'last', 'family-name'),
  ];
  let asked = fields;
  const formOf = (/** @type {string} */ name, /** @type {string[][]} */ its) => {
    asked = its;
    const facts = [name, name, 'https://shop.example/send', 'post', '', ''];
    return [...facts, 'https://shop.example/plans', 'send', ...its.flat()].join('\0');
  };
  return {
    host,
    begin: () => events.form(0, 0, 0, formOf('contact', fields.slice(0, 5))),
    submit: () => events.form(1, 1, 1, formOf('contact', fields.slice(0, 5))),
    submitNames: () =>
      events.form(
        1,
        2,
        2,
        formOf(
          'names',
          [1, 5, 6].map((n) => fields[n] ?? []),
        ),
      ),
    press: (event, text, id) => events.press({ event, text, id, properties: {} }),
  };
}

/** What was sent. @param {Seen} seen */
function note(seen, world) {
  for (const { path, body, status } of world.requests) {
    if (status !== 200) continue;
    seen.requests.add(path);
    if (path.startsWith('/v1/users')) noteUser(seen.user, body);
    const app = Object.keys(body).filter((name) => !['events', 'user_id', 'ua'].includes(name));
    for (const { event_name: name, properties, ...more } of eventsOf(path, body)) {
      seen.events.set(name, (seen.events.get(name) ?? 0) + 1);
      const own = OWN.test(name) ? [] : Object.keys(properties);
      const added = Object.keys(properties).filter((field) => field.startsWith('$'));
      const outside = ['event_name', 'properties', ...app, ...Object.keys(more)];
      for (const field of new Set([...outside, ...added, ...own].map(general))) {
        const on = seen.fields.get(field) ?? new Map();
        seen.fields.set(field, on.set(name, (on.get(name) ?? 0) + 1));
      }
    }
  }
}

/** @param {string} path */
const eventsOf = (path, body) => (path.startsWith('/v1/events') ? (body.events ?? [body]) : []);

/** Of campaign parameters and click ids there are many. @param {string} field */
const general = (field) =>
  field.replace(/\butm_[a-z]+$/, 'utm_<name>').replace(/\bgclid$/, '<click id>');

/** The fields of a user record, and those in its properties and its origin. @param {Set<string>} fields */
function noteUser(fields, body) {
  for (const [name, one] of Object.entries(body)) {
    const inner = typeof one === 'object' && one !== null ? Object.keys(one) : [''];
    for (const more of inner) fields.add(general(more ? `${name}.${more}` : name));
  }
  fields.delete(OWN_USER);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const made = join(dist, manifestFile);
  if (!existsSync(made)) {
    console.error('There is no build yet. Fix: npm run build');
    process.exit(1);
  }
  copyFileSync(made, trackedCopy);
  console.log(`docs/${manifestFile} is what the last build has seen.`);
}
