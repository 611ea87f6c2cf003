// @ts-check
/**
 * What a server can work out from what each event says: when it happened by a clock that is right, and whether events of
 * its document are missing.
 *
 * @typedef {Record<string, any>} Row
 */

/**
 * The visitor's clock may be wrong, by as much as the request seems to have travelled: `received - $sent_at`.
 *
 * @param {Row} event
 * @returns {string | undefined} ISO 8601; nothing where the event does not say
 */
export function correctedTime({ received_at, properties }) {
  const { $timestamp, $sent_at } = properties ?? {};
  const time = Date.parse($timestamp) + Date.parse(received_at) - Date.parse($sent_at);
  return Number.isFinite(time) ? new Date(time).toISOString() : undefined;
}

/**
 * Counts the events of each document by `$view_id` and `$seq`: of the numbers between the first and the last that were
 * seen, those are missing that were neither seen nor reported (`$dropped`).
 */
export function createSequences() {
  /** @type {Map<string, { seen: Set<number>, dropped: Map<number, number> }>} */
  const documents = new Map();
  return {
    /**
     * @param {Row} event
     * @returns {{ document: string, missing: number } | undefined} nothing where the event does not say
     */
    add({ properties }) {
      const { $view_id, $seq, $dropped = 0 } = properties ?? {};
      if (typeof $view_id !== 'string' || !Number.isInteger($seq)) return undefined;
      const document = $view_id.split('.', 1)[0] ?? '';
      const one = documents.get(document) ?? { seen: new Set(), dropped: new Map() };
      documents.set(document, one);
      one.seen.add($seq);
      if (Number.isInteger($dropped)) one.dropped.set($seq, $dropped);
      let first = $seq;
      let last = $seq;
      for (const seq of one.seen) {
        first = Math.min(first, seq);
        last = Math.max(last, seq);
      }
      let lost = 0;
      // What the first one reports came before it.
      for (const [seq, count] of one.dropped) if (seq > first) lost += count;
      return { document, missing: Math.max(0, last - first + 1 - one.seen.size - lost) };
    },
  };
}
