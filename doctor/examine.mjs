// @ts-check
/** Visits a site and judges what it sees. */
import { readFileSync } from 'node:fs';
import { defaultBase, judgeAnswer, judgeSilence, send } from './api.mjs';
import {
  checkConsent,
  checkForms,
  checkPolicy,
  checkScript,
  checkSurroundings,
  checkViews,
  eventsOf,
  findingsOf,
} from './checks.mjs';
import { judgeForms } from './forms.mjs';
import { askThroughWorker, openVisit, question } from './visit.mjs';

/** @typedef {import('./checks.mjs').Finding} Finding */
/** @typedef {import('./checks.mjs').App} App */

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/**
 * @typedef {object} Options
 * @property {number} [links] how many to follow
 * @property {boolean} [consent] whether the site may store and send nothing before a decision
 * @property {number} [timeout] for one page, in ms
 * @property {number} [settle] how long a page is watched, in ms
 *
 * @param {any} context of the browser, without cookies or storage
 * @param {string} url
 * @param {Options} [options]
 */
export async function examine(context, url, options = {}) {
  const { timeout = 15_000 } = options;
  const visit = await openVisit(context, timeout);
  try {
    return await judge(visit, context, url, { ...options, timeout });
  } finally {
    // Whatever went wrong: what the page sends as it ends is still answered here.
    await visit.leave().catch(() => {});
    await visit.page.close().catch(() => {});
  }
}

/**
 * @param {import('./visit.mjs').Visit} visit @param {any} context @param {string} url
 * @param {Options & { timeout: number }} options
 */
async function judge(visit, context, url, { links = 3, consent = false, timeout, settle = 1500 }) {
  const report = {
    url,
    doctor: version,
    ok: false,
    /** @type {Finding[]} */
    findings: [],
    /** @type {App[]} */
    apps: [],
    /** @type {{ place: string, key: string, bytes: number }[]} */
    stored: [],
    /** @type {{ name: string, url: string }[]} */
    sent: [],
    /** @type {{ path: string, app: string, count: number }[]} */
    pageViews: [],
    /** @type {(import('./forms.mjs').JudgedForm & { page: string })[]} */
    forms: [],
  };
  const { findings } = report;
  const end = () => {
    report.ok = !findings.some(({ level }) => level === 'failure');
    return report;
  };

  let headers;
  try {
    const opened = await visit.open(url);
    headers = opened.headers;
    if (opened.status >= 400) throw new Error(`it answers ${opened.status}`);
  } catch (error) {
    const text = `${url} cannot be opened: ${/** @type {Error} */ (error).message}.`;
    findings.push(findingsOf('page')('failure', text, 'Correct the address.'));
    return end();
  }
  await visit.pause(settle);

  // What there is without any decision of the visitor.
  const first = await visit.inspect();
  const skew = first.now - Date.now();
  const apps = first.apps.map(appOf);
  const sentAtFirst = names(visit.sent);
  report.apps = apps;
  report.stored = first.stored;
  report.sent = sentAtFirst;
  const pending = apps.length > 0 && sentAtFirst.length === 0 && apps.every((app) => !app.userId);
  const banner = await visit.findBanner();

  // From here on as a visitor who agrees; nothing is sent anyway.
  if (pending) await visit.grant();
  const api = await askApi(visit, apps, first, new URL(first.location).origin);
  const seen = await visit.inspect();

  const forms = (await visit.forms()).map((form) => ({ ...form, page: pathOf(visit.page.url()) }));
  const stops = [{ path: pathOf(visit.page.url()), began: 0 }];
  const known = new Set([stops[0]?.path ?? '']);
  for (let n = 0, back = false; n < links && apps.length > 0; ) {
    const next = await visit.follow([...known]);
    if (!next) {
      // Once more from the start, which may link to what this page does not.
      if (back) break;
      back = true;
      const began = await visit.page.evaluate(() => Date.now());
      await visit.open(url);
      if (stops.length > 1) stops.push({ path: pathOf(visit.page.url()), began });
      if (pending) await visit.grant().catch(() => 0);
      continue;
    }
    n += 1;
    back = false;
    known.add(next.path);
    known.add(next.marked);
    if (next.moved) stops.push(next);
    // A view of a route is final when the next one begins, and one of a document once it has loaded.
    await visit.pause(settle / 3);
    if (pending) await visit.grant().catch(() => 0);
    forms.push(...(await visit.forms()).map((form) => ({ ...form, page: next.path })));
  }
  // A view is final after 3 seconds at the latest, and sent within one more. Nothing to wait for where none came.
  const missing = () => {
    const { counts } = checkViews({ stops, apps, sent: visit.sent, links });
    return counts.some(({ count }) => count > 0) && counts.some(({ count }) => count === 0);
  };
  for (let waited = 0; waited < 4500 && missing(); waited += 100) await visit.pause(100);
  await visit.leave();

  const worker =
    apps[0] && first.hasWorker
      ? await askThroughWorker(context, url, batch(apps[0]), apps[0].appId, timeout).catch(
          () => undefined,
        )
      : undefined;

  const judged = await judgeForms(forms);
  report.forms = unique(judged.map((form, i) => ({ ...form, page: forms[i]?.page ?? '' })));

  const { scripts, errors, sent } = visit;
  const hasPolicy = seen.policies.length > 0 || 'content-security-policy' in headers;
  const atFirst = scripts.slice(0, api.scripts);
  findings.push(...checkScript({ seen, apps, scripts: atFirst, errors, own: version, url }));
  findings.push(...checkPolicy({ seen, apps, scripts: atFirst, hasPolicy }));
  findings.push(...api.findings);
  if (apps.length > 0) {
    findings.push(
      ...checkConsent({
        stored: first.stored,
        sent: sentAtFirst,
        pending,
        required: consent,
        banner,
      }),
    );
    const blocked = findings.some(({ check, level }) => check === 'csp' && level === 'failure');
    if (!blocked) {
      const views = checkViews({ stops, apps, sent, links });
      report.pageViews = views.counts;
      findings.push(...views.findings);
    } else {
      const text = 'Page views were not counted, as the policy forbids what they need.';
      findings.push(findingsOf('page views')('note', text));
    }
  }
  findings.push(...checkForms({ forms: report.forms, watches: first.watchesForms }));
  findings.push(...checkWorker(worker, api.answer));
  findings.push(...checkSurroundings({ seen, scripts: atFirst, skew, serverSkew: api.serverSkew }));
  return end();
}

/** @param {{ name: string, version: string, userId: string }} copy @returns {App} */
function appOf({ name, version: own, userId }) {
  const [appId = '', base] = name.split(' ');
  return { appId, base: (base || defaultBase).replace(/\/+$/, ''), version: own, userId };
}

/** @param {App} app */
const batch = ({ base }) => `${base}/v1/events/batch`;

/** @param {string} url */
const pathOf = (url) => new URL(url).pathname;

/** @param {import('./visit.mjs').Sent[]} sent */
const names = (sent) =>
  sent.flatMap(({ url, json }) => {
    const events = eventsOf(json).map(({ event_name }) => String(event_name));
    const all = events.length > 0 ? events : [url.endsWith('/users') ? 'user record' : 'alias'];
    return all.map((name) => ({ name, url }));
  });

/** The same form on several pages counts once. @param {any[]} forms */
function unique(forms) {
  const known = new Set();
  return forms.filter(({ page, ...form }) => {
    const key = JSON.stringify(form);
    return !known.has(key) && known.add(key);
  });
}

/**
 * @param {import('./visit.mjs').Visit} visit @param {App[]} apps
 * @param {import('./checks.mjs').Inspected} first @param {string} origin
 */
async function askApi(visit, apps, first, origin) {
  const scripts = visit.scripts.length;
  const found = findingsOf('api');
  /** @type {Finding[]} */
  const findings = [];
  /** @type {import('./api.mjs').Answer | undefined} */
  let answer;
  /** @type {number | undefined} */
  let serverSkew;
  for (const app of apps) {
    const direct = await visit.ask(batch(app), app.appId, true);
    const wrapped = first.ownFetch ? direct : await visit.ask(batch(app), app.appId, false);
    const body = JSON.stringify({ app_id: app.appId, events: [] });
    const asked = Date.now();
    const posted = await send(batch(app) + question, 'POST', origin, body);
    if (posted.headers.date) serverSkew = asked - Date.parse(String(posted.headers.date));
    answer ??= direct;
    const { violations } = await visit.inspect();
    const forbidden = violations.some(
      ({ effectiveDirective, blockedURI, disposition }) =>
        disposition === 'enforce' &&
        effectiveDirective === 'connect-src' &&
        blockedURI.startsWith(new URL(app.base).origin),
    );
    if (direct.status > 0) {
      const { level, message, cure } = judgeAnswer(direct, app.base, origin, app.appId);
      findings.push(found(level, message, cure));
    } else if (forbidden && posted.status > 0) {
      // The policy is said elsewhere; what the server thinks of the domain is known all the same.
      const type = String(posted.headers['content-type'] ?? '');
      const { level, message, cure } = judgeAnswer(
        { ...posted, type },
        app.base,
        origin,
        app.appId,
      );
      findings.push(found(level, message, cure));
    } else {
      const preflight = await send(batch(app) + question, 'OPTIONS', origin);
      const { level, message, cure } = judgeSilence(preflight, posted, app.base, origin);
      findings.push(found(level, message, cure));
    }
    const fetching = findingsOf('fetch');
    if (direct.status > 0 && direct.status !== wrapped.status) {
      findings.push(
        fetching(
          'failure',
          `The page has replaced fetch, and what it makes of requests to ${app.base} ${wrapped.status ? `is answered with ${wrapped.status}` : 'fails'} (${direct.status} by the browser's own): ${wrapped.text.slice(0, 200)}`,
          `Leave requests to ${app.base} unchanged in that wrapper: headers that it adds need a CORS preflight that the API refuses.`,
        ),
      );
    } else if (!first.ownFetch) {
      findings.push(
        fetching('note', 'The page has replaced fetch. Requests to the API pass all the same.'),
      );
    } else {
      findings.push(fetching('ok', 'The page has not replaced fetch.'));
    }
  }
  return { findings, answer, serverSkew, scripts };
}

/**
 * @param {Awaited<ReturnType<typeof askThroughWorker>>} worker
 * @param {import('./api.mjs').Answer | undefined} direct
 * @returns {Finding[]}
 */
function checkWorker(worker, direct) {
  const found = findingsOf('service worker');
  if (!worker) return [found('ok', 'No service worker controls the page.')];
  if (direct && direct.status > 0 && worker.answer.status !== direct.status) {
    const { status } = worker.answer;
    return [
      found(
        'failure',
        `The service worker ${worker.scriptUrl} answers requests to the API itself: ${status || 'an error'} instead of ${direct.status}.`,
        "Ignore them in its fetch handler: if (event.request.method !== 'GET') return;",
      ),
    ];
  }
  return [found('ok', `The service worker ${worker.scriptUrl} lets requests to the API pass.`)];
}
