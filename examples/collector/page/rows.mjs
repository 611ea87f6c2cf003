// @ts-check
/**
 * The rows of the live page. Everything in them was sent by somebody else, so it reaches the
 * document as text and never as markup.
 *
 * @typedef {Record<string, any>} Row
 */

/** @param {Row} event */
export function eventRow({ received_at, event_name, user_id, app_id, properties, event_id }) {
  return row(
    {
      time: timeOfDay(received_at),
      name: event_name,
      user: user_id,
      app: app_id,
      properties: preview(properties),
    },
    { event_id, event_name, user_id, received_at, properties },
  );
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
      properties: [...contact, preview(properties)].join('  '),
    },
    { ...rest, email, phone, aliases, properties, updated_at },
  );
}

/** @param {Record<string, string>} cells by class @param {object} more */
function row(cells, more) {
  const details = document.createElement('details');
  const summary = details.appendChild(document.createElement('summary'));
  for (const [name, text] of Object.entries(cells)) {
    const cell = summary.appendChild(element('span', text));
    cell.className = name;
    cell.title = text;
  }
  details.append(element('pre', JSON.stringify(more, null, 2)));
  return details;
}

/**
 * One line of properties, without those meant for machines: the opened row has them all.
 *
 * @param {Row} all
 */
function preview(all) {
  const own = Object.entries(all).filter(([name]) => !name.startsWith('$'));
  return own.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join('  ');
}

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
