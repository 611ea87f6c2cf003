/** Traces: what is recorded, what is masked of it, and that it comes out the same when it is replayed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
// Before the package itself.
import { trace } from '../../dist/trace.mjs';

const { AppizerWeb } = await import('../../dist/index.mjs');
const { createWorld, replay } = await import('../../dist/testing.mjs');
const { readTrace, TraceError } = await import('../../dist/replay.mjs');

// Long enough that no stand-in is one of them by chance.
const secrets = [
  ...['mustermann', 'Mustermann', 'max@', 'example.org', '171 1234567', '4711081547', 'redshoes'],
  ...['zweiundzwanzig', '9876543210', '1234567890', 'Konto', 'Übersicht', 'bersicht', 'b3duZXI'],
  ...[
    '4111 1111 1111',
    '%C3%BCber',
    'gutscheinmuster',
    'kundenmuster',
    'nachnamemuster',
    'agentmuster',
  ],
];

/** A visit of three pages, with outages, refusals, and a queue that the next page takes over. */
async function visit() {
  const page = {
    url: 'https://shop.example/users/max.mustermann?email=max@example.org&utm_source=mail&q=redshoes&c=%C3%BCber#/in/4711081547',
    title: 'Konto – Übersicht',
    referrer: 'https://www.google.com/search?q=mustermann',
  };
  const autoEvents = { pageViews: true, pageLeave: true, sessionStart: true, outboundLinks: true };
  const world = createWorld({ seed: 1, ...page });
  const app = AppizerWeb.create({ appId: 'demo', autoEvents, debug: true, host: world.host });
  app.trackEvent('purchase_completed', {
    amount: 29.99,
    note: 'für Max Mustermann',
    list: [1, 'zweiundzwanzig', null, { order: 9876543210 }],
    code: 'gutscheinmuster',
    event_name: 'kundenmuster',
    n: 'nachnamemuster',
    ua: ['agentmuster'],
    token: 'eyJhbGciOiJIUzI1NiJ9.b3duZXI',
  });
  app.setUserId('max.mustermann@example.org');
  app.setUserProperties({
    email: 'max@example.org',
    phone: '+49 171 1234567',
    card: '4111 1111 1111 1111',
  });
  world.failNext(503, 3);
  world.failNext(429, 1, { retryAfter: 7 });
  world.advance(60_000);
  world.setOnline(false);
  app.trackEvent('order_viewed', { id: 1234567890 });
  world.advance(5000);
  world.setOnline(true);
  world.navigate('/orders/9876543210', { title: 'Order 9876543210' });
  world.click('https://files.example/4711081547/Mustermann.pdf');
  world.advance(100_000);
  const message = 'max@example.org is no email';
  world.failNext(400, 1, { body: { error: 'Bad Request', message, code: 'INVALID_REQUEST' } });
  app.trackEvent('one_refused');
  world.advance(100_000);
  app.getUserId();
  world.setOnline(false);
  app.trackEvent('left_behind', { user: 'Mustermann', code: 'gutscheinmuster', ua: 'agentmuster' });
  await world.leave();

  const next = createWorld({ seed: 2, storage: world.storage, url: 'https://shop.example/next' });
  const second = AppizerWeb.create({ appId: 'demo', autoEvents, host: next.host });
  second.trackEvent('again');
  next.advance(60_000);
  second.reset();
  second.setConsent('denied');
  second.setConsent('granted');
  next.advance(60_000);
  return {
    ids: [app.getUserId(), second.getUserId()].map(String),
    events: [...world.events(), ...next.events()],
  };
}

const { ids, events } = await visit();
/** @type {string[]} */
const own = events.flatMap(({ properties: { $event_id, $session_id, $view_id } }) => [
  String($event_id),
  String($session_id),
  String($view_id).replace(/\..*/, ''),
]);
const masked = await trace().save();
const plain = await trace().save({ mask: false });
/** @param {string} text */
const stepsOf = (text) =>
  JSON.parse(text).clients.reduce((sum, { steps }) => sum + steps.length, 0);

describe('a trace', () => {
  for (const [name, text] of /** @type {const} */ ([
    ['masked', masked],
    ['unmasked', plain],
  ])) {
    for (const fallback of [false, true]) {
      test(`${name}, is replayed byte for byte on ${fallback ? 'the fallback' : 'WebAssembly'}`, async () => {
        const { differences, steps } = await replay(text, { fallback });
        assert.deepEqual(differences, []);
        assert.equal(steps, stepsOf(text));
        assert.ok(steps > 250, String(steps));
      });
    }
  }

  test('masked, does in every step what the page did, but for the stand-ins', () => {
    const { clients } = JSON.parse(masked);
    assert.equal(clients.length, 2);
    for (const { unlike, lost } of clients)
      assert.deepEqual({ unlike, lost }, { unlike: [], lost: 0 });
  });

  test('has nothing in it, masked, of what was typed, of who typed it, or of ids', () => {
    for (const secret of [...secrets, ...ids, ...own]) {
      assert.ok(secret && !masked.includes(secret), `${secret}: ${around(masked, secret)}`);
    }
    // Those texts are what it would have.
    for (const secret of [...secrets, ...ids, ...own]) assert.ok(plain.includes(secret), secret);
  });

  test('keeps what is the site’s own: names, options, hosts, files, moments, answers', () => {
    for (const kept of [
      'purchase_completed',
      '"demo',
      'shop.example',
      'utm_source=',
      '.pdf',
      '1767225600000',
      'INVALID_REQUEST',
    ]) {
      assert.ok(masked.includes(kept), kept);
    }
  });

  test('has the same stand-in for the same text', () => {
    const values = [...masked.matchAll(/set_user_id",\["\\"(.*?)\\""\]/g)].map(([, id]) => id);
    assert.equal(values.length, 1);
    assert.match(values[0], /^[a-z]{3}\.[a-z]{10}@[a-z]{7}\.[a-z]{3}$/);
    assert.ok(masked.split(values[0]).length > 3, 'the events of the user carry it');
  });

  test('says which step comes out differently', async () => {
    const changed = plain.replace('"one_refused"', '"one_accused"');
    assert.notEqual(changed, plain);
    const { differences } = await replay(changed);
    assert.ok(differences.length > 0);
    const [{ client, recorded, replayed }] = differences;
    assert.equal(client, 0);
    assert.match(JSON.stringify(recorded), /one_refused/);
    assert.match(JSON.stringify(replayed), /one_accused/);
  });

  test('is taken as it is parsed, too', async () => {
    assert.deepEqual((await replay(JSON.parse(masked))).differences, []);
  });
});

test('a world with a seed is the same in each run, and another with another seed', async () => {
  /** @param {number | undefined} seed */
  const run = (seed) => {
    const world = createWorld({ seed });
    const app = AppizerWeb.create({ appId: 'demo', autoEvents: true, host: world.host });
    world.failNext(503, 2);
    app.trackEvent('once');
    world.advance(100_000);
    return JSON.stringify(world.requests);
  };
  assert.equal(run(7), run(7));
  assert.notEqual(run(7), run(8));
  assert.notEqual(run(undefined), run(undefined));
});

test('what the core makes of a URL stays the same where stand-ins take the place of its parts', async () => {
  const before = JSON.parse(await trace().save()).clients.length;
  const urls = [
    '/?name=ada&email=&message=hi',
    '/jane%2540example.com',
    '/jane@m%C3%BCnchen.de',
    '/Bearer+eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln',
    '/https%3A%2F%2Fy.example%2Fcb%3Ftoken%3Dabc',
    '/cb?a=b;session=1',
    '/%7B%22password%22%3A%22abc%22%7D',
    '/shop;jsessionid=0AF;a=b/cart',
    '/users/token=abc/x?code=4111-1111-1111-1111&id=4111111111111112',
    '/#access_token=abc&token_type=bearer',
    '/#/inbox/3?tel=%2B49301234567&x=0301234567',
    '/?q=%E4%BD%A0%E5%A5%BD+%F0%9F%98%80&gclid=Cj0KCQ&utm_campaign=Spring%20Sale',
    '/img/photo.final.jpeg?%FF%FE=%80',
  ];
  for (const [i, path] of urls.entries()) {
    const url = `https://shop.example${path}`;
    const search = `https://www.google.com/search?q=${encodeURIComponent(path)}`;
    const world = createWorld({ seed: i, url, title: path, referrer: search });
    const app = AppizerWeb.create({ appId: 'demo', autoEvents: true, host: world.host });
    app.trackEvent('seen', { path, [path]: path });
    world.advance(5000);
    world.navigate(`${url}&more=${i}`);
    world.advance(5000);
    app.shutdown();
  }
  const [masked, plain] = [
    JSON.parse(await trace().save()),
    JSON.parse(await trace().save({ mask: false })),
  ];
  for (const [i, path] of urls.entries()) {
    const { unlike, steps } = masked.clients[before + i];
    const [first] = unlike;
    assert.deepEqual(
      unlike,
      [],
      `${path}: ${JSON.stringify([steps[first], plain.clients[before + i].steps[first]])}`,
    );
  }
});

test('every input of abi.h is known: what it takes, what is masked of it, and its sentence', () => {
  const read = (/** @type {string} */ path) =>
    readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  const declared = [...read('web/abi.h').matchAll(/\bapz_(\w+)\(([^)]*monotonic[^)]*)\)/g)].map(
    ([, name = '', parameters = '']) => {
      const names = parameters.split(',').map((one) => one.trim().split(' ').pop() ?? '');
      const texts = names.filter((one) => /(^|_)size$/.test(one)).length;
      return [name, texts, names.length - texts - 2];
    },
  );
  assert.ok(declared.length > 15);
  const file = read('js-glue/trace/read.ts');
  const taken = [...file.matchAll(/^ {2}(\w+): \[(\d), (\d), \d+\],$/gm)].map(
    ([, name, texts, numbers]) => [name, Number(texts), Number(numbers)],
  );
  assert.deepEqual(taken.sort(), declared.sort());
  const [masked, described] = ['mask', 'describe'].map((one) => read(`js-glue/trace/${one}.ts`));
  for (const [name, texts] of declared) {
    if (texts) assert.match(masked, new RegExp(`^ {4}${name}: `, 'm'), `${name} is masked`);
    if (name !== 'host_event') assert.match(described, new RegExp(`case '${name}':`));
  }
});

describe('the file of a trace', () => {
  /** @param {string} text @param {RegExp} sentence */
  const refused = (text, sentence) =>
    assert.rejects(replay(text), (error) => {
      assert.ok(error instanceof TraceError);
      assert.match(error.message, sentence);
      return true;
    });

  test('that is none, or cut off, or newer, or starts late, is named so', async () => {
    await refused('', /cut off/);
    await refused(masked.slice(0, masked.length / 2), /cut off/);
    await refused(masked.replace('"clients"', 'clients'), /damaged: it is no JSON/);
    await refused('{"log":{"version":"1.2"}}', /no trace of appizer-web/);
    await refused('[]', /no trace of appizer-web/);
    await refused('null', /no trace of appizer-web/);
    await refused(
      masked.replace('"version": 1', '"version": 2'),
      /format 2.*npm install appizer-web@latest/,
    );
    await refused(masked.replace('"sdk"', '"sdq"'), /head of the file is damaged/);
    const file = JSON.parse(masked);
    file.clients[1].steps.shift();
    await refused(JSON.stringify(file), /beginning of client 2 is missing/);
    file.clients[1].steps.unshift(['input', 'constructor', [], '', [], 0, 0, null]);
    await refused(JSON.stringify(file), /client 2, step 1: \["input","constructor"/);
  });

  test('in a few thousand random forms is read, or refused by a sentence, and its replay ends', async () => {
    const random = seeded(18);
    const pick = (/** @type {number} */ below) => Math.floor(random() * below);
    let read = 0;
    let replayed = 0;
    for (let i = 0; i < 3000; ++i) {
      let file;
      const text = i % 2 ? damagedText(masked, pick) : damagedValue(masked, pick);
      try {
        file = readTrace(text);
        ++read;
      } catch (error) {
        assert.ok(error instanceof TraceError, `${error.stack}`);
        assert.match(error.message, /^[A-Z].{20,}\.|latest$/);
        continue;
      }
      if (replayed++ < 150) await replay(file);
    }
    assert.ok(read > 300 && read < 2500, String(read));
  });
});

/** @param {string} text @param {string} part */
function around(text, part) {
  const at = text.indexOf(part);
  return at < 0 ? '' : text.slice(Math.max(0, at - 80), at + 80);
}

/** Characters are removed, doubled or changed. @param {string} text @param {(below: number) => number} pick */
function damagedText(text, pick) {
  const at = pick(text.length);
  const length = 1 + pick(pick(4) ? 8 : 400);
  const rest = text.slice(at + length);
  const middle = [
    '',
    text.slice(at, at + length).repeat(2),
    '\u0000é]}",'[pick(7)] ?? '',
    String(pick(1e9)),
  ][pick(4)];
  return text.slice(0, at) + middle + rest;
}

/** One value has become another. @param {string} text @param {(below: number) => number} pick */
function damagedValue(text, pick) {
  const file = JSON.parse(text);
  /** @type {any} */
  let place = file;
  for (;;) {
    const keys = Object.keys(place);
    if (keys.length === 0) break;
    const key = keys[pick(keys.length)];
    const inner = place[key];
    if (typeof inner === 'object' && inner !== null && pick(12)) {
      place = inner;
      continue;
    }
    const others = [
      null,
      -1,
      1e300,
      'NaN',
      '',
      'x'.repeat(1000),
      [],
      {},
      true,
      2 ** 31,
      [[]],
      'ff',
      0.5,
    ];
    const value = others[pick(others.length)];
    if (!pick(4)) delete place[key];
    else place[key] = value;
    break;
  }
  return JSON.stringify(file);
}

/** @param {number} seed */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
