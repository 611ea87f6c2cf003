// @ts-check
/**
 * The rows of the live page. Everything in them was sent by somebody else, so it reaches the
 * document as text and never as markup, and only as much of it as a reader can use.
 *
 * @typedef {Record<string, any>} Row
 */

import { correctedTime } from './sequence.mjs';

/** @param {Row} event @param {boolean} [isLinked] to the other events of its visitor */
export function eventRow({ properties_bytes, ...event }, isLinked = true) {
  const { received_at, event_name, user_id, app_id, properties, event_id, plan_issues } = event;
  const made = row(
    {
      time: timeOfDay(received_at),
      // In words, so that it can be filtered for, and is read out.
      name: plan_issues ? `${event_name} (not as planned)` : event_name,
      user: user_id,
      app: app_id,
      properties: properties ? preview(properties) : sizeOf(properties_bytes),
    },
    {
      ...{ event_id, event_name, user_id, received_at },
      // By the visitor's clock, and by this one.
      happened_at: properties?.$timestamp,
      corrected_at: correctedTime({ received_at, properties }),
      ...(plan_issues ? { not_as_planned: plan_issues } : {}),
      properties,
    },
    properties ? undefined : `/debug/events/${encodeURIComponent(event_id)}`,
    isLinked ? visitorLink(app_id, user_id) : undefined,
  );
  if (plan_issues) made.dataset.plan = 'differs';
  return made;
}

/** @param {string} appId @param {string} userId @param {string} [label] */
export function visitorLink(appId, userId, label = 'All events of this visitor') {
  const link = document.createElement('a');
  link.href = `#visitor=${encodeURIComponent(appId)}/${encodeURIComponent(userId)}`;
  link.className = 'visitor-link';
  link.textContent = shorten(label, widest);
  return link;
}

/** @param {Row} user @param {string[]} aliases */
export function userRow(user, aliases) {
  const { updated_at, external_id, app_id, email, phone, properties, ...rest } = user;
  const contact = [email, phone].filter(Boolean);
  return row(
    {
      time: timeOfDay(updated_at),
      name: external_id,
      user: aliases.join(', '),
      app: app_id,
      properties: [
        ...contact,
        properties ? preview(properties) : sizeOf(user.properties_bytes),
      ].join('  '),
    },
    { ...rest, email, phone, aliases, properties, updated_at },
    undefined,
    visitorLink(app_id, external_id),
  );
}

/** What a filter looks through, in lower case. @type {WeakMap<HTMLElement, string>} */
const searchTexts = new WeakMap();

/** @param {HTMLElement} row */
export const searchTextOf = (row) => searchTexts.get(row) ?? '';

/** Levels and characters of JSON that an opened row shows. */
const deepest = 12;
const longest = 20_000;

/** Characters of a cell. */
const widest = 300;

/**
 * @param {Record<string, string>} cells by class
 * @param {object} more what the row shows once it is opened
 * @param {string} [source] where all of it is, if the collector has not sent it because it is long
 * @param {HTMLElement} [link] shown above it
 */
function row(cells, more, source, link) {
  const details = document.createElement('details');
  searchTexts.set(details, shorten(JSON.stringify([cells, more]), longest).toLowerCase());
  const summary = details.appendChild(document.createElement('summary'));
  for (const [name, text] of Object.entries(cells)) {
    const cell = summary.appendChild(element('span', shorten(text, widest)));
    cell.className = name;
    cell.title = cell.textContent ?? '';
  }
  // Rendered when it is opened: two hundred rows of deeply nested JSON would be hundreds of megabytes of text.
  details.addEventListener(
    'toggle',
    async () => {
      if (link) details.append(link);
      const box = details.appendChild(element('pre', 'Loading…'));
      box.textContent = describe(source ? await load(source) : more);
    },
    { once: true },
  );
  return details;
}

/**
 * One line of properties, without those meant for machines: the opened row has them all.
 *
 * @param {Row} all
 */
function preview(all) {
  const own = Object.entries(all).filter(([name]) => !name.startsWith('$'));
  return own
    .slice(0, widest)
    .map(([name, value]) => `${name}: ${shorten(JSON.stringify(value), widest)}`)
    .join('  ');
}

/** @param {number} bytes */
const sizeOf = (bytes) => `${Math.ceil(bytes / 1024)} KB, open the row to load it`;

/** @param {string} source */
async function load(source) {
  try {
    return await (await fetch(source)).json();
  } catch {
    return 'The collector did not answer.';
  }
}

/** @param {unknown} value */
const describe = (value) => shorten(JSON.stringify(prune(value, deepest), null, 2), longest);

/**
 * The value down to a number of levels.
 *
 * @param {unknown} value
 * @param {number} levels
 * @returns {unknown}
 */
function prune(value, levels) {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return '…';
  if (Array.isArray(value)) return value.map((one) => prune(one, levels - 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, prune(one, levels - 1)]),
  );
}

/** @param {string} text @param {number} most */
const shorten = (text, most) =>
  text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters in all)`;

/** @param {string} iso */
function timeOfDay(iso) {
  const time = new Date(iso);
  return `${time.toLocaleTimeString('en-GB')}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}

/** @param {'span' | 'pre'} name @param {string} text */
function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}
