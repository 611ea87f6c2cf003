// @ts-check
/**
 * What was seen, as findings: each in plain words, and each failure with its cure.
 *
 * @typedef {'ok' | 'note' | 'warning' | 'failure'} Level
 * @typedef {{ check: string, level: Level, message: string, cure?: string }} Finding
 * @typedef {Awaited<ReturnType<import('./visit.mjs').Visit['inspect']>>} Inspected
 * @typedef {{ appId: string, base: string, version: string, userId: string }} App
 */
import { createHash } from 'node:crypto';
import { advise } from './csp.mjs';

/** @param {string} check @returns {(level: Level, message: string, cure?: string) => Finding} */
export const findingsOf = (check) => (level, message, cure) => ({
  check,
  level,
  message,
  ...(cure ? { cure } : {}),
});

/** @param {string} text @param {string} integrity */
function hasHash(text, integrity) {
  return integrity.split(/\s+/).some((one) => {
    const [algorithm = '', hash] = one.split(/-(.*)/);
    if (!/^sha(256|384|512)$/.test(algorithm)) return false;
    return createHash(algorithm).update(text).digest('base64') === hash;
  });
}

/**
 * The script, its version, its hash, and whether the page has started it.
 *
 * @param {{ seen: Inspected, apps: App[], scripts: import('./visit.mjs').Loaded[], errors: string[], own: string,
 *   url: string }} of `own` is the version of this package
 * @returns {Finding[]}
 */
export function checkScript({ seen, apps, scripts, errors, own, url }) {
  const found = findingsOf('script');
  /** @type {Finding[]} */
  const findings = [];
  const violated = seen.violations.filter(({ disposition }) => disposition === 'enforce');
  for (const { src, integrity } of seen.tags) {
    const loaded = scripts.find((one) => one.url === src);
    if (violated.some(({ blockedURI }) => blockedURI === src)) continue; // said by `checkPolicy`
    if (!loaded || loaded.status === 0 || loaded.status >= 400) {
      const answer = loaded?.status ? `answers ${loaded.status}` : 'cannot be loaded';
      findings.push(
        found('failure', `${src} ${answer}.`, 'Correct the address in the script tag.'),
      );
    } else if (integrity && loaded.body && !hasHash(loaded.body, integrity)) {
      const right = createHash('sha384').update(loaded.body).digest('base64');
      findings.push(
        found(
          'failure',
          `${src} differs from what the attribute integrity promises, so the browser refuses it.`,
          `If the file is a release of yours: integrity="sha384-${right}" (dist/sri.json has the hashes). Otherwise find out who changed it.`,
        ),
      );
    } else if (!integrity && new URL(src).origin !== new URL(url).origin) {
      findings.push(
        found(
          'note',
          `${src} is loaded without the attribute integrity. dist/sri.json has its hash, if you load a fixed version.`,
        ),
      );
    }
  }
  const where = scripts.filter(({ sdk }) => sdk).map((one) => one.url);
  const failed = findings.some(({ level }) => level === 'failure');
  const blocked = violated.some(({ blockedURI }) =>
    seen.tags.some(({ src }) => blockedURI === src),
  );
  if (apps.length > 0) {
    for (const { appId, base, version } of apps) {
      findings.push(
        found(
          'ok',
          `appizer-web ${version} runs for the app ${appId} and sends to ${base}${where[0] ? ` (${where[0]})` : ''}.`,
        ),
      );
      if (/^YOUR_|^$/.test(appId)) {
        findings.push(
          found(
            'failure',
            `The app's id is still "${appId}".`,
            'Put the id of your app into init.',
          ),
        );
      }
    }
    if (apps.some(({ version }) => version !== own)) {
      findings.push(
        found('note', `This doctor is of version ${own}, the page has another version.`),
      );
    }
  } else if (!failed && (seen.global !== undefined || where.length > 0)) {
    const early = errors.some((text) => /AppizerWeb is not defined/.test(text));
    findings.push(
      early
        ? found(
            'failure',
            'The page calls AppizerWeb before the script has loaded: "AppizerWeb is not defined".',
            'Add the stub in front of the script, or remove async and defer (docs/loading.md).',
          )
        : found(
            'failure',
            'The SDK has loaded, but no client runs: init was not called, or without a valid appId.',
            "Call AppizerWeb.init({ appId: '…', autoEvents: true }), or add data-app-id to the script tag.",
          ),
    );
  } else if (!failed && !blocked) {
    findings.push(
      found(
        'failure',
        'The page has no appizer-web: no script tag, and no bundle with the package.',
        'Add the script tag, or import the package and call init (docs/loading.md).',
      ),
    );
  }
  return findings;
}

/**
 * @param {{ seen: Inspected, apps: App[], scripts: import('./visit.mjs').Loaded[], hasPolicy: boolean }} of
 * @returns {Finding[]}
 */
export function checkPolicy({ seen, apps, scripts, hasPolicy }) {
  const found = findingsOf('csp');
  /** @type {Map<string, Finding>} */
  const findings = new Map();
  for (const { effectiveDirective, blockedURI, originalPolicy, disposition } of seen.violations) {
    if (disposition !== 'enforce') continue;
    const place = seen.policies.includes(originalPolicy)
      ? 'the meta element Content-Security-Policy'
      : 'the header Content-Security-Policy';
    const change = (/** @type {string} */ directive, /** @type {string} */ source) =>
      `In ${place}: ${advise(originalPolicy, directive, source).line}`;
    const put = (/** @type {string} */ key, /** @type {Finding} */ one) =>
      findings.has(key) || findings.set(key, one);
    const tag = seen.tags.find(({ src }) => src === blockedURI);
    const app = apps.find(
      ({ base }) =>
        effectiveDirective === 'connect-src' && blockedURI.startsWith(new URL(base).origin),
    );
    if (tag) {
      const { origin } = new URL(tag.src);
      put(
        'script',
        found(
          'failure',
          `The policy forbids the script ${tag.src}.`,
          change('script-src-elem', origin),
        ),
      );
    } else if (app) {
      const { origin } = new URL(app.base);
      put(
        'connect',
        found(
          'failure',
          `The policy forbids requests to ${origin}: events stay in the queue.`,
          change('connect-src', origin),
        ),
      );
    } else if (blockedURI === 'wasm-eval') {
      const fallback = scripts.find((one) => /fallback[^/]*\.m?js/.test(one.url));
      const works = fallback?.status === 200;
      put(
        'wasm',
        found(
          works ? 'warning' : 'failure',
          works
            ? 'The policy forbids WebAssembly. The SDK uses its fallback in JavaScript, which is a second file, larger and slower.'
            : `The policy forbids WebAssembly, and the fallback ${fallback ? `answers ${fallback.status || 'nothing'}` : 'was not loaded'}: nothing is recorded.`,
          `${change('script-src', "'wasm-unsafe-eval'")}${works ? '' : '; or serve appizer-web.fallback.js beside the script'}`,
        ),
      );
    } else if (blockedURI === 'inline' && /^script-src/.test(effectiveDirective) && !apps.length) {
      put(
        'inline',
        found(
          'failure',
          'The policy forbids inline scripts, and no client runs: the call of init may be one of those.',
          'Give that script a nonce, or put data-app-id and data-auto-events on the script tag instead (docs/loading.md).',
        ),
      );
    }
  }
  if (findings.size === 0) {
    const text = hasPolicy
      ? 'The Content-Security-Policy allows what the SDK does.'
      : 'There is no Content-Security-Policy.';
    return [found('ok', text)];
  }
  return [...findings.values()];
}

/**
 * @param {{ stored: Inspected['stored'], sent: { name: string }[], pending: boolean, required: boolean,
 *   banner: { name: string, sure: boolean } | undefined }} of what there was before any decision
 * @returns {Finding[]}
 */
export function checkConsent({ stored, sent, pending, required, banner }) {
  const found = findingsOf('consent');
  const what = `the SDK has stored ${listStored(stored)} and sent ${listed(sent.map(({ name }) => name))}`;
  const anything = stored.length > 0 || sent.length > 0;
  const cure =
    "Start with init({ consent: 'pending' }), and call setConsent when the visitor has decided (docs/consent.md).";
  const asks = banner ? `The page asks for consent (${banner.name})` : 'Consent is required';
  if (anything && (required || banner?.sure)) {
    return [found('failure', `${asks}, and before any decision ${what}.`, cure)];
  }
  if (anything && banner) {
    return [found('warning', `${asks}, it seems, and before any decision ${what}.`, cure)];
  }
  if (anything) {
    return [found('ok', `No consent banner was seen. Without a decision ${what}.`)];
  }
  return [
    found(
      'ok',
      pending
        ? 'Nothing is stored or sent before the visitor has decided.'
        : 'Nothing of the SDK is stored or sent.',
    ),
  ];
}

/** @param {string[]} all */
const listed = (all) => (all.length > 0 ? [...new Set(all)].join(', ') : 'nothing');

/** The many keys of the queue and the session count as one. @param {Inspected['stored']} stored */
const listStored = (stored) =>
  listed(
    stored.map(({ place, key }) => `${key.replace(/^(appizer\.\d+)\..*/, '$1.…')} (${place})`),
  );

/**
 * @typedef {{ path: string, began: number }} Stop
 * @param {{ stops: Stop[], apps: App[], sent: import('./visit.mjs').Sent[], links: number }} of
 * @returns {{ findings: Finding[], counts: { path: string, app: string, count: number }[] }}
 */
export function checkViews({ stops, apps, sent, links }) {
  const found = findingsOf('page views');
  const counts = apps.flatMap(({ appId, base }) => {
    const times = sent
      .filter(({ url }) => url.startsWith(`${base}/`))
      .flatMap(({ json }) => eventsOf(json))
      .filter((event) => event.app_id === appId && event.event_name === 'page_view')
      // Copies of an event have one id, and servers count them once.
      .filter(
        ({ properties }, i, all) =>
          all.findIndex((one) => one.properties?.$event_id === properties?.$event_id) === i,
      )
      .map((event) => Date.parse(event.properties?.$timestamp));
    return stops.map(({ path, began }, i) => {
      const end = stops[i + 1]?.began ?? Number.POSITIVE_INFINITY;
      const count = times.filter((time) => time >= began && time < end).length;
      return { path, app: appId, count };
    });
  });
  /** @type {Finding[]} */
  const findings = [];
  for (const { appId } of apps) {
    const own = counts.filter(({ app }) => app === appId);
    const never = own.filter(({ count }) => count === 0).map(({ path }) => path);
    const often = own.filter(({ count }) => count > 1);
    if (never.length === own.length && own.length > 0) {
      findings.push(
        found(
          'failure',
          `No page view was recorded, on ${own.length} pages.`,
          'Set autoEvents: true in init, on every page of the site.',
        ),
      );
    } else if (never.length > 0) {
      findings.push(
        found(
          'failure',
          `No page view was recorded on ${never.join(', ')}.`,
          'Put the script and init on these pages, too. If only the query or the hash differs, see autoEvents.pageViews in docs/options.md.',
        ),
      );
    }
    if (often.length > 0) {
      const list = often.map(({ path, count }) => `${path}: ${count} times`).join(', ');
      findings.push(
        found(
          'failure',
          `Page views were recorded more than once (${list}).`,
          'autoEvents records page views by itself: remove your own trackEvent("page_view"), or set autoEvents: { pageViews: false }.',
        ),
      );
    }
    if (never.length === 0 && often.length === 0 && own.length > 0) {
      const paths = own.map(({ path }) => path).join(', ');
      findings.push(found('ok', `Each page was counted once: ${paths}.`));
    }
  }
  if (stops.length === 1 && links > 0) {
    findings.push(
      found('note', 'There is no link to another page of the site, so only this one was seen.'),
    );
  }
  return { findings, counts };
}

/** The events of a request, each with its app. @param {any} json @returns {any[]} */
export function eventsOf(json) {
  if (!json) return [];
  const events = Array.isArray(json.events) ? json.events : json.event_name ? [json] : [];
  return events.map((/** @type {any} */ event) => ({ app_id: json.app_id, ...event }));
}

/**
 * @param {{ forms: (import('./forms.mjs').JudgedForm & { page: string })[], watches: boolean }} of
 * @returns {Finding[]}
 */
export function checkForms({ forms, watches }) {
  const found = findingsOf('forms');
  if (forms.length === 0) return [found('ok', 'There are no forms on these pages.')];
  /** @type {Finding[]} */
  const findings = forms.map(({ form, page, watched, fields }) => {
    const judged = fields.map(({ label, judged: as }) => `${label}: ${as}`).join('; ');
    const what = watched ? 'is recorded' : 'is not recorded, as it asks for no email';
    return found('ok', `${page}, form ${form} ${what}. ${judged}`);
  });
  const never = forms.flatMap(({ form, page, fields }) =>
    fields
      .filter(({ mark, judged }) => mark && judged === 'never')
      .map(({ label }) => ({ form, page, label })),
  );
  for (const { form, page, label } of never) {
    findings.push(
      found(
        'failure',
        `${page}, form ${form}: the field ${label} is marked data-appizer-field, but its kind is never read.`,
        'Remove the mark. Passwords, cards, codes, papers and the like are never read, whatever the page says (docs/forms.md).',
      ),
    );
  }
  if (!watches && forms.some(({ watched }) => watched)) {
    findings.push(
      found(
        'note',
        'Forms are not recorded, as autoHook is off. With autoHook: true those above are.',
      ),
    );
  }
  return findings;
}

/**
 * What else runs in the page.
 *
 * @param {{ seen: Inspected, scripts: import('./visit.mjs').Loaded[], skew: number, serverSkew: number | undefined }} of
 * @returns {Finding[]}
 */
export function checkSurroundings({ seen, scripts, skew, serverSkew }) {
  /** @type {Finding[]} */
  const findings = [];
  const copies = [...new Set([...scripts.filter(({ sdk }) => sdk).map(({ url }) => url)])];
  const tags = seen.tags.map(({ src }) => src);
  if (Math.max(copies.length, tags.length) > 1) {
    findings.push(
      findingsOf('duplicates')(
        'failure',
        `The SDK is loaded ${Math.max(copies.length, tags.length)} times: ${(copies.length >= tags.length ? copies : tags).join(', ')}.`,
        'Keep one: the script tag or the bundle.',
      ),
    );
  } else {
    findings.push(findingsOf('duplicates')('ok', 'The SDK is loaded once.'));
  }
  const clock = findingsOf('clock');
  if (Math.abs(skew) > 60_000) {
    findings.push(
      clock(
        'failure',
        `Date.now() in the page is ${describe(skew)}: a script has replaced it, and events have wrong times.`,
        'Remove what replaces Date, such as fake timers of a test or a time machine for previews.',
      ),
    );
  } else if (serverSkew !== undefined && Math.abs(serverSkew) > 300_000) {
    findings.push(
      clock(
        'warning',
        `The clock of this machine is ${describe(serverSkew)} by the API's.`,
        'Set one of the two clocks.',
      ),
    );
  } else {
    findings.push(clock('ok', 'The clocks agree.'));
  }
  if (!seen.secure) {
    findings.push(
      findingsOf('https')(
        'warning',
        'The page is not served with https, so browsers have no Web Locks here, and no crypto.randomUUID.',
        'Serve the site with https.',
      ),
    );
  }
  return findings;
}

/** @param {number} skew in ms */
const describe = (skew) =>
  `${Math.round(Math.abs(skew) / 1000).toLocaleString('en')} seconds ${skew > 0 ? 'fast' : 'slow'}`;
