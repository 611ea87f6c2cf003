// @ts-check
/**
 * What the live page shows beside its list: the last day in counts, and one visitor from session to session.
 *
 * @typedef {import('./rows.mjs').Row} Row
 */
import { createChart } from './chart.mjs';
import { eventRow, visitorLink } from './rows.mjs';

const refreshMs = 5000;

/** Shows the overview, and keeps it fresh while the page is visible. */
export function showOverview() {
  const draw = createChart(find('#chart'));
  let isLoading = false;
  const refresh = async () => {
    if (document.hidden || isLoading) return;
    isLoading = true;
    try {
      const answer = await fetch('/views/overview');
      if (answer.ok) show(await answer.json());
    } catch {
      // The page says that it is not connected.
    } finally {
      isLoading = false;
    }
  };
  setInterval(refresh, refreshMs);
  document.addEventListener('visibilitychange', refresh);
  refresh();

  /** @param {any} overview */
  function show({ now, minutes, events, pages, gaps, refused, refused_by: reasons, aside }) {
    draw(minutes, now);
    fill('#top-events', events.map(bar), 'No events yet.');
    fill('#top-pages', pages.map(bar), 'No page views yet.');
    fill('#gaps', gaps.map(gapRow), 'None: every numbered event has arrived.');
    fill('#refused-by', reasons.map(bar), 'None.');
    fill('#refused', refused.map(refusedRow), '');
    find('#aside').hidden = aside.total === 0;
    fill('#set-aside', aside.letters.map(letterRow), '');
  }
}

/** Shows the visitor whom the address names, or the lists. @param {() => void} onLists */
export function followAddress(onLists) {
  const change = async () => {
    const parts = /^#visitor=([^/]+)\/(.+)$/.exec(location.hash);
    find('#visitor').hidden = !parts;
    find('#lists').hidden = parts !== null;
    if (!parts) {
      onLists();
      return;
    }
    const [appId = '', userId = ''] = parts.slice(1).map(decoded);
    find('#visitor h2').textContent = userId;
    find('#visitor .ids').textContent = 'Loading…';
    find('#visitor .sessions').replaceChildren();
    const query = new URLSearchParams({ app_id: appId, user_id: userId });
    const visitor = await fetch(`/views/visitor?${query}`)
      .then((answer) => (answer.ok ? answer.json() : null))
      .catch(() => null);
    if (visitor) showVisitor(visitor, appId, userId);
    else find('#visitor .ids').textContent = 'The collector did not answer.';
  };
  addEventListener('hashchange', change);
  change();
}

/** @param {{ ids: string[], events: Row[] }} visitor newest first @param {string} appId @param {string} userId */
function showVisitor({ ids, events }, appId, userId) {
  const others = ids.filter((id) => id !== userId);
  find('#visitor .ids').textContent =
    `app ${appId}${others.length > 0 ? `, also known as ${others.join(', ')}` : ''}`;
  /** @type {Map<string, Row[]>} */
  const sessions = new Map();
  for (const event of events) {
    const session = String(event.properties?.$session_id ?? '');
    sessions.set(session, [...(sessions.get(session) ?? []), event]);
  }
  const shown = [...sessions].map(([id, list], i) => {
    const section = document.createElement('section');
    const heading = section.appendChild(document.createElement('h3'));
    const times = list.map(({ received_at: at }) => at).sort();
    const name = id ? `Session ${sessions.size - i}` : 'Without a session';
    heading.textContent = `${name}: ${span(times[0], times.at(-1))}, ${count(list.length, 'event')}`;
    heading.title = id;
    // As it happened: the oldest first.
    section.append(...list.reverse().map((event) => eventRow(event, false)));
    return section;
  });
  find('#visitor .sessions').replaceChildren(...shown);
  if (events.length === 0) find('#visitor .sessions').textContent = 'No events of this visitor.';
}

/** @param {{ name: string, count: number }} one @param {number} _i @param {{ count: number }[]} all */
function bar({ name, count: n }, _i, all) {
  const row = document.createElement('li');
  row.className = 'bar';
  row.style.setProperty('--share', `${(100 * n) / Math.max(1, ...all.map((one) => one.count))}%`);
  row.append(text('span', name), text('b', n.toLocaleString('en')));
  row.title = name;
  return row;
}

/** @param {Row} gap */
function gapRow({ app_id, user_id, missing, last_at }) {
  const row = document.createElement('li');
  row.append(
    text('b', count(missing, 'event')),
    ' missing in a page of ',
    visitorLink(app_id, user_id, user_id),
    text('small', ` ${ago(last_at)}`),
  );
  return row;
}

/** @param {Row} request */
function refusedRow({ method, path, reason, status, received_at, origin }) {
  const row = document.createElement('li');
  const [, message = ''] = /^[A-Z_]+: (.*)$/s.exec(reason ?? '') ?? [];
  row.append(
    text('b', `${status} `),
    message || reason || `${method} ${path}`,
    text('small', ` ${method} ${path}${origin ? ` from ${origin}` : ''}, ${ago(received_at)}`),
  );
  return row;
}

/** @param {Row} letter */
function letterRow({ table, reason, at, row: kept }) {
  const row = document.createElement('li');
  row.append(text('b', `${table}: `), reason, text('small', ` ${ago(at)}`));
  row.title = kept;
  return row;
}

/** @param {string} selector @param {Node[]} rows @param {string} empty */
function fill(selector, rows, empty) {
  find(selector).replaceChildren(...(rows.length > 0 || !empty ? rows : [text('li', empty)]));
}

/** @param {string} from @param {string} to ISO 8601 */
function span(from, to) {
  const day = new Date(from).toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  const [start, end] = [from, to].map((at) => new Date(at).toLocaleTimeString('en-GB').slice(0, 5));
  return `${day}, ${start === end ? start : `${start}–${end}`}`;
}

/** @param {string} iso */
function ago(iso) {
  const minutes = Math.floor((Date.now() - Date.parse(iso)) / 60_000);
  if (minutes < 1) return 'just now';
  return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}

/** @param {number} n @param {string} what */
const count = (n, what) => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`;

/** @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** @param {'span' | 'b' | 'small' | 'li'} name @param {string} content */
function text(name, content) {
  const made = document.createElement(name);
  made.textContent = content;
  return made;
}

/** @param {string} selector */
const find = (selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
