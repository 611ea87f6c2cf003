// @ts-check
/**
 * The live page: follows the stream of the collector, keeps the lists, filters them.
 *
 * @typedef {import('./rows.mjs').Row} Row
 * @typedef {{ app_id: string, website_url: string | null }} App
 * @typedef {{ apps?: App[], events: Row[], users: Row[], aliases: Row[] }} Changes
 */

import { eventRow, searchTextOf, userRow } from './rows.mjs';
import { createSequences } from './sequence.mjs';
import { followAddress, showOverview } from './views.mjs';

/** More than a reader scrolls through; older rows are removed. */
const maxRows = 200;

const filter = /** @type {HTMLInputElement} */ (find('#filter'));
const sequences = createSequences();
/** The row of the newest event of each document. @type {Map<string, HTMLElement>} */
const newest = new Map();
const lists = { events: createList('events'), users: createList('users') };
/** Aliases by app and user. @type {Map<string, Set<string>>} */
const aliases = new Map();
/** What a row of the users list shows. @type {WeakMap<HTMLElement, Row>} */
const shownUsers = new WeakMap();

lists.events.button.addEventListener('click', () => choose('events'));
lists.users.button.addEventListener('click', () => choose('users'));
filter.addEventListener('input', refresh);
followAddress(refresh);
showOverview();
connect();

function connect() {
  const source = new EventSource('/live');
  source.addEventListener('snapshot', ({ data }) => {
    /** @type {Changes} */
    const changes = JSON.parse(data);
    lists.events.clear();
    lists.users.clear();
    aliases.clear();
    showApps(changes.apps ?? []);
    add(changes);
    showState('live');
  });
  source.addEventListener('changes', ({ data }) => add(JSON.parse(data)));
  source.addEventListener('error', () => {
    showState('not connected, trying again…');
    // The browser tries again by itself, except after an answer that was an error.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 1000);
  });
}

/** @param {Changes} changes */
function add(changes) {
  for (const event of changes.events) {
    const row = eventRow(event);
    lists.events.put(event.event_id, row);
    markGap(row, event);
  }
  for (const { app_id, user_id, alias_id } of changes.aliases) {
    const key = JSON.stringify([app_id, user_id]);
    aliases.set(key, (aliases.get(key) ?? new Set()).add(alias_id));
    const before = lists.users.rows.get(key);
    const user = before && shownUsers.get(before);
    if (user) showUser(key, user);
  }
  for (const user of changes.users) {
    showUser(JSON.stringify([user.app_id, user.external_id]), user);
  }
  refresh();
}

/**
 * The newest event of a document says how many of the document's events are missing.
 *
 * @param {HTMLElement} row @param {Row} event
 */
function markGap(row, event) {
  const sequence = sequences.add(event);
  if (!sequence) return;
  const { document: name, missing } = sequence;
  newest.get(name)?.removeAttribute('data-missing');
  newest.set(name, row);
  if (missing) row.dataset.missing = `${missing} missing before it`;
}

/** @param {string} key @param {Row} user */
function showUser(key, user) {
  const row = userRow(user, [...(aliases.get(key) ?? [])]);
  shownUsers.set(row, user);
  lists.users.put(key, row);
}

/** A section of rows, newest first. @param {'events' | 'users'} name */
function createList(name) {
  const section = find(`#${name}`);
  const box = find(`#${name} .rows`);
  const button = find(`#show-${name}`);
  /** @type {Map<string, HTMLDetailsElement>} */
  const rows = new Map();

  return {
    section,
    button,
    rows,

    /** @param {string} key @param {HTMLDetailsElement} next */
    put(key, next) {
      const before = rows.get(key);
      next.open = before?.open ?? false;
      before?.remove();
      rows.delete(key);
      rows.set(key, next);
      box.prepend(next);
      for (const [oldest, last] of rows) {
        if (rows.size <= maxRows) break;
        last.remove();
        rows.delete(oldest);
      }
    },

    clear() {
      box.replaceChildren();
      rows.clear();
    },
  };
}

/** @param {'events' | 'users'} name */
function choose(name) {
  for (const [other, { section, button }] of Object.entries(lists)) {
    section.hidden = other !== name;
    button.setAttribute('aria-pressed', String(other === name));
  }
  refresh();
}

/** Applies the filter, and says what an empty list means. */
function refresh() {
  const wanted = filter.value.toLowerCase();
  let total = 0;
  let shown = 0;
  for (const { section, button, rows } of Object.values(lists)) {
    total += rows.size;
    find('b', button).textContent = rows.size === maxRows ? `${maxRows}+` : String(rows.size);
    for (const each of rows.values()) {
      each.hidden = !searchTextOf(each).includes(wanted);
      if (!each.hidden && !section.hidden) shown += 1;
    }
  }
  document.body.dataset.rows = String(total);
  find('#empty').hidden = total > 0;
  find('#no-match').hidden = total === 0 || shown > 0;
  find('#no-match').textContent = wanted ? 'Nothing here contains that text.' : 'Nothing here yet.';
}

/** @param {App[]} apps */
function showApps(apps) {
  const names = apps.map(({ app_id, website_url }) => {
    const name = document.createElement('a');
    name.textContent = app_id;
    if (website_url) name.href = website_url;
    return name;
  });
  find('#apps').replaceChildren(apps.length === 1 ? 'app' : 'apps', ...names);
  const first = apps[0]?.app_id ?? 'demo';
  find('#from-page').textContent =
    `AppizerWeb.init({ appId: '${first}', apiBase: '${location.origin}' });\n` +
    `AppizerWeb.trackEvent('plan_chosen', { plan: 'premium' });`;
  find('#from-shell').textContent =
    `curl ${location.origin}/v1/events -H "Authorization: Bearer sk_test_demo" \\\n` +
    `  -H "Content-Type: application/json" \\\n` +
    `  -d '{"event_name":"plan_chosen","user_id":"user_123","properties":{"plan":"premium"}}'`;
}

/** @param {string} state */
function showState(state) {
  find('#state').textContent = state;
  find('#state').dataset.state = state;
}

/** @param {string} selector @param {ParentNode} [within] */
function find(selector, within = document) {
  return /** @type {HTMLElement} */ (within.querySelector(selector));
}
