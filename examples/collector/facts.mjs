// @ts-check
/**
 * What the live page's views use of an event's properties, if it has the type that the SDK gives it.
 *
 * @typedef {object} Facts
 * @property {string | null} page the path, of a page view
 * @property {string | null} document part of `$view_id`
 * @property {number} seq `$seq`: 1, 2, 3, … in the document; 0 where the event does not say
 * @property {number} dropped `$dropped`
 */

/** Characters of a name that is counted. */
const longest = 200;

/** @param {string} eventName @param {Record<string, unknown>} properties @returns {Facts} */
export function factsOf(eventName, properties) {
  const { page, $view_id: view, $seq: seq, $dropped: dropped } = properties;
  const document = typeof view === 'string' ? textOf(view.split('.', 1)[0]) : null;
  const isNumbered = document !== null && isCount(seq) && Number(seq) > 0;
  return {
    page: eventName === 'page_view' ? textOf(page) : null,
    document: isNumbered ? document : null,
    seq: isNumbered ? Number(seq) : 0,
    dropped: isNumbered && isCount(dropped) ? Number(dropped) : 0,
  };
}

/** @param {unknown} value */
function textOf(value) {
  if (typeof value !== 'string' || value === '') return null;
  return value.slice(0, longest).toWellFormed().replaceAll('\0', '\ufffd');
}

/** @param {unknown} value */
const isCount = (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 31;
