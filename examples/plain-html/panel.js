/**
 * The panel in the corner: the last calls of the SDK. The lines that call the SDK also add them here.
 * The panel is not part of the SDK, and a real shop has none.
 */

const key = 'shop.calls';
const most = 3;

const panel = document.querySelector('#panel');
const list = panel.querySelector('ol');

/** @param {string} name @param {unknown} detail an event's properties, or a user id */
export function showCall(name, detail) {
  // Kept for the next page: a visitor who submits the checkout would not see it otherwise.
  const calls = [{ name, detail }, ...earlier()].slice(0, most);
  sessionStorage.setItem(key, JSON.stringify(calls));
  show();
  panel.classList.remove('changed');
  requestAnimationFrame(() => panel.classList.add('changed'));
}

/** @returns {{ name: string, detail: unknown }[]} */
const earlier = () => JSON.parse(sessionStorage.getItem(key) ?? '[]');

function show() {
  const rows = earlier().map(({ name, detail }) => {
    const row = document.createElement('li');
    row.append(element('b', name), element('span', inWords(detail)));
    return row;
  });
  list.replaceChildren(...rows);
  if (rows.length === 0) list.append(element('li', 'Nothing yet. Open a product!'));
}

/** @param {unknown} detail */
function inWords(detail) {
  if (typeof detail !== 'object' || detail === null) return String(detail);
  return Object.entries(detail)
    .map(([name, value]) => `${name}: ${value}`)
    .join(' · ');
}

/** @param {string} tag @param {string} text */
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

show();
