// @ts-check
/**
 * What the live page shows beside its list, from the counts of `rollups.mjs`.
 *
 * @typedef {import('./database.mjs').Database} Database
 * @typedef {import('./store.mjs').Views} Views
 */

/** Ids that belong to one visitor, of which events are looked for. */
const mostIds = 50;

/** Aliases of aliases. */
const mostSteps = 20;

/** An event on its way is not a missing one. */
const settlingMs = 10_000;

/** @param {Database} db @returns {Views} */
export function createViews(db) {
  const minutes = db.prepare(
    'SELECT minute, sum(events) AS events FROM minutes WHERE minute >= ? GROUP BY minute',
  );
  const top = db.prepare(`
    SELECT name, sum(count) AS count FROM hours WHERE hour >= ? AND kind = ?
    GROUP BY name ORDER BY 2 DESC, 1 LIMIT ?`);
  const gaps = db.prepare(`
    SELECT app_id, document, user_id, missing, last_at FROM documents
    WHERE missing > 0 AND last_at >= ? AND last_at < ? ORDER BY last_at DESC LIMIT ?`);
  const refused = db.prepare(`
    SELECT app_id, method, path, status, origin, reason, received_at FROM requests
    WHERE (status >= 400) = 1 AND status >= 400 ORDER BY rowid DESC LIMIT ?`);
  const ownerOf = db.prepare('SELECT user_id AS id FROM aliases WHERE app_id = ? AND alias_id = ?');
  const aliasesOf = db.prepare(
    'SELECT alias_id AS id FROM aliases WHERE app_id = ? AND user_id = ?',
  );
  const eventsOf = db.prepare(`
    SELECT rowid AS n, event_id, app_id, event_name, user_id, received_at,
      iif(octet_length(properties) <= ?1, properties, NULL) AS properties,
      octet_length(properties) AS properties_bytes
    FROM events WHERE app_id = ?2 AND user_id = ?3 ORDER BY rowid DESC LIMIT ?4`);

  return {
    minutes: (since) => minutes.all(Math.floor(since / 60_000)),

    top: (kind, since, limit) => top.all(Math.floor(since / 3_600_000) + 1, kind, limit),

    gaps: (since, now, limit) =>
      gaps.all(new Date(since).toISOString(), new Date(now - settlingMs).toISOString(), limit),

    refused: (since, limit) =>
      refused.all(limit).filter((row) => Date.parse(row.received_at) >= since),

    visitor(appId, userId, limit, maxJson) {
      const ids = idsOf(appId, userId);
      const rows = ids.flatMap((id) => eventsOf.all(maxJson, appId, id, limit));
      rows.sort((a, b) => b.n - a.n);
      return { ids, events: rows.slice(0, limit).map(({ n, ...row }) => row) };
    },

    setAside: () => ({ total: 0, letters: [] }),
  };

  /** The ids that aliases link with this one. @param {string} appId @param {string} id @returns {string[]} */
  function idsOf(appId, id) {
    let owner = id;
    for (let i = 0; i < mostSteps; i += 1) {
      const above = ownerOf.get(appId, owner)?.id;
      if (above === undefined) break;
      owner = above;
    }
    const ids = new Set([id, owner]);
    for (const one of ids) {
      for (const { id: alias } of aliasesOf.all(appId, one)) {
        if (ids.size < mostIds) ids.add(alias);
      }
    }
    return [...ids];
  }
}
