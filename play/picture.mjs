// @ts-check
/** Shows how a world stands. Elements are kept while they are the same, so that what has the focus keeps it. */

/** @typedef {import('./world.mjs').State} State */

const LONGEST_TRACE = 500;

const PLACES = {
  memory: 'in memory only',
  storage: 'in storage',
  network: 'on its way',
  server: 'at the server',
  reported: 'dropped and reported',
  damaged: 'damaged by a fault',
  ended: 'ended',
};
const MARKS = { holds: '✓', violated: '✗', 'known in the end': '…' };

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {number} millis */
export function duration(millis) {
  const parts = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
    [1, 'ms'],
  ];
  for (const [size, unit] of /** @type {[number, string][]} */ (parts)) {
    if (Math.abs(millis) >= size) return `${Math.round((millis / size) * 10) / 10} ${unit}`;
  }
  return '0 ms';
}

/**
 * Makes the children of a list those texts, each with its class.
 *
 * @param {string} id @param {{ text: string, name?: string, title?: string }[]} items
 */
function list(id, items) {
  const parent = element(id);
  while (parent.children.length > items.length) parent.lastElementChild?.remove();
  items.forEach(({ text, name = '', title = '' }, i) => {
    const item = parent.children[i] ?? parent.appendChild(document.createElement('li'));
    if (item.textContent !== text) item.textContent = text;
    if (item.className !== name) item.className = name;
    if (title) item.setAttribute('aria-label', title);
    else item.removeAttribute('aria-label');
    if (/** @type {HTMLElement} */ (item).title !== title)
      /** @type {HTMLElement} */ (item).title = title;
  });
}

/** @param {State['tabs']} tabs @param {number} chosen */
function showTabs(tabs, chosen) {
  const parent = element('tabs');
  const labels = [...parent.querySelectorAll('label')];
  for (const label of labels.splice(tabs.length)) label.remove();
  tabs.forEach((tab, i) => {
    let label = labels[i];
    if (!label) {
      label = document.createElement('label');
      const radio = Object.assign(document.createElement('input'), {
        type: 'radio',
        name: 'tab',
        value: String(i),
      });
      radio.checked = i === chosen;
      label.append(
        radio,
        ` Tab ${i} `,
        Object.assign(document.createElement('span'), { className: 'soft' }),
      );
      parent.append(label);
    }
    const text = /** @type {HTMLElement} */ (label.querySelector('.soft'));
    const said = describeTab(tab);
    if (text.textContent !== said) text.textContent = said;
  });
}

/** @param {State['tabs'][number]} tab */
function describeTab({ document: page, state, online, user, consent, leader, wake = -1, cached }) {
  const behind = cached > 0 ? `, ${cached} in the back/forward cache` : '';
  if (page === undefined) return `closed${behind}`;
  return [
    `document ${page}, ${state}`,
    online ? '' : 'offline',
    consent ? '' : 'no consent',
    leader ? 'tries the server for all' : '',
    wake < 0 ? 'sleeps' : `wakes in ${duration(wake)}`,
    user ? `user ${user.slice(0, 8)}` : '',
  ]
    .filter(Boolean)
    .join(', ')
    .concat(behind);
}

/** @param {State} state */
function statusOf({ violation, ended, next, nextTab, nextIn = 0, dueIn, asleep }) {
  if (violation) return `A rule is violated: ${violation}`;
  if (ended) return 'Everything has healed, and every rule holds.';
  if (next)
    return `Next in the plan: ${next.replace(/_/g, ' ')} in tab ${nextTab}, in ${duration(nextIn)}.`;
  const sleeps = asleep ? ' The machine sleeps.' : '';
  return dueIn === undefined
    ? `Nothing is due.${sleeps}`
    : `The next thing is due in ${duration(dueIn)}.${sleeps}`;
}

/** @param {State} state @param {number} chosen the tab that the buttons act on */
export function show(state, chosen) {
  const status = element('status');
  const text = statusOf(state);
  if (status.textContent !== text) status.textContent = text;
  status.className = state.violation ? 'violated' : '';
  element('plan').textContent =
    `Seed ${state.seed}: ${state.plan}. ${state.done} of ${state.actions} actions done, ${duration(state.now)} have passed.`;

  list(
    'rules',
    [
      ...state.invariants,
      ...(state.other ? [{ name: state.violation, state: 'violated' }] : []),
    ].map(({ name, state: holds }) => ({
      text: `${MARKS[/** @type {keyof typeof MARKS} */ (holds)]} ${name}`,
      name: holds.replace(/ .*/, ''),
      title: `${name}: ${holds}`,
    })),
  );
  showTabs(state.tabs, chosen);

  const places = Object.entries(PLACES).map(([place, words]) => {
    const count = state.records.filter((one) => one.place === place).length;
    return count > 0 ? `${count} ${words}` : '';
  });
  element('legend').textContent = places.filter(Boolean).join(', ') || 'Nothing was tracked yet.';
  list(
    'records',
    state.records.map(({ name, document: page, place, copies }) => ({
      text: name.replace(/^(user|alias of|fact) /, ''),
      name: place,
      title: `${name} of document ${page}: ${PLACES[/** @type {keyof typeof PLACES} */ (place)]}${copies > 1 ? `, sent ${copies} times` : ''}`,
    })),
  );

  const { health, keys } = state.storage;
  element('health').textContent = `It ${health}. ${keys.length} keys.`;
  element('health').className = health === 'works' ? '' : 'violated';
  list(
    'keys',
    keys.map(({ key, size }) => ({ text: `${key}: ${size} characters` })),
  );

  element('network').textContent = state.networkUp ? 'It is up.' : 'It is down.';
  element('network').className = state.networkUp ? '' : 'violated';
  list(
    'requests',
    state.requests.map(({ number, document: page, lane, records, status: code, state: how }) => ({
      text: `Request ${number}: ${records} ${lane} of document ${page}, ${how}${code > 0 ? `, ${code}` : ''}`,
      name: how === 'on its way' ? 'network' : '',
    })),
  );
  element('server').textContent = `It has ${state.stored} of ${state.tracked} records.`;
}

/** @param {string[]} lines @param {boolean} anew */
export function showTrace(lines, anew) {
  const trace = element('trace');
  if (anew) trace.replaceChildren();
  const atEnd = trace.scrollHeight - trace.scrollTop - trace.clientHeight < 40;
  const shown = lines
    .slice(-LONGEST_TRACE)
    .map((line) => Object.assign(document.createElement('li'), { textContent: line }));
  trace.append(...shown);
  while (trace.children.length > LONGEST_TRACE) trace.firstElementChild?.remove();
  if (atEnd) trace.scrollTop = trace.scrollHeight;
}
