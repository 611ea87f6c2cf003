// @ts-check
/**
 * The users table, and the aliases that link other ids to a user.
 *
 * @typedef {import('./database.mjs').Database} Database
 * @typedef {import('./visit.mjs').Visit} Visit
 * @typedef {import('./store.mjs').UserRow} UserRow
 */
import { invalidRequest, Refusal } from './answers.mjs';
import { newId } from './ids.mjs';

/**
 * Characters of JSON that a user's properties may have in all, and an origin too. Without a bound one user record that
 * is updated again and again makes each update slower than the last.
 */
export const maxRecord = 100_000;

/** @param {Database} db */
export function createUsers(db) {
  const find = db.prepare('SELECT * FROM users WHERE app_id = ? AND external_id = ?');
  const insert = db.prepare(`
    INSERT INTO users (user_id, app_id, external_id, properties, created_at, updated_at)
    VALUES (?, ?, ?, '{}', ?, ?)`);
  // A field that was not given is null here and keeps what it had.
  const update = db.prepare(`
    UPDATE users SET email = coalesce(?, email), phone = coalesce(?, phone), properties = ?,
                     origin = coalesce(?, origin), updated_at = ?
    WHERE app_id = ? AND external_id = ?`);
  const findAlias = db.prepare('SELECT user_id FROM aliases WHERE app_id = ? AND alias_id = ?');
  const insertAlias = db.prepare(`
    INSERT INTO aliases (app_id, alias_id, user_id, created_at) VALUES (?, ?, ?, ?)`);

  return { save, link };

  /**
   * Creates the user or updates the one that is there: properties are merged one by one, the other
   * fields are replaced where given.
   *
   * @param {import('./validate.mjs').UserInput} input
   * @param {Visit} visit
   * @returns {{ created: boolean, user: UserRow }}
   */
  function save(input, { app_id, received_at }) {
    const known = get(app_id, input.user_id);
    if (!known) insert.run(newId('usr'), app_id, input.user_id, received_at, received_at);
    const properties = JSON.stringify({
      ...JSON.parse(known?.properties ?? '{}'),
      ...input.properties,
    });
    checkSize('properties', properties);
    checkSize('origin', input.origin ?? '');
    update.run(
      input.email ?? null,
      input.phone ?? null,
      properties,
      input.origin ?? null,
      received_at,
      app_id,
      input.user_id,
    );
    const user = /** @type {UserRow} */ (get(app_id, input.user_id));
    return { created: known === undefined, user };
  }

  /**
   * Links an id to a user. The id may be that of a user too: a form can register somebody before
   * their login shows who they are. Linking the same two again changes nothing.
   *
   * @param {{ user_id: string, alias_id: string }} input
   * @param {Visit} visit
   */
  function link({ user_id, alias_id }, { app_id, received_at }) {
    const alias = { app_id, alias_id, user_id };
    if (!get(app_id, user_id)) {
      throw userNotFound(user_id);
    }
    const owner = ownerOf(app_id, alias_id);
    if (owner === user_id) return alias;
    if (owner !== undefined) {
      throw aliasConflict.taken(alias_id);
    }
    // Following aliases upwards must come to an end somewhere.
    for (let id = ownerOf(app_id, user_id); id !== undefined; id = ownerOf(app_id, id)) {
      if (id === alias_id) {
        throw aliasConflict.cycle(alias_id, user_id);
      }
    }
    insertAlias.run(app_id, alias_id, user_id, received_at);
    return alias;
  }

  /** @param {string} appId @param {string} id @returns {UserRow | undefined} */
  function get(appId, id) {
    return find.get(appId, id);
  }

  /** @param {string} appId @param {string} alias @returns {string | undefined} */
  function ownerOf(appId, alias) {
    return findAlias.get(appId, alias)?.user_id;
  }
}

/** @param {string} field @param {string} json */
export function checkSize(field, json) {
  if (json.length <= maxRecord) return;
  const issue = `of a user may have at most ${maxRecord} characters of JSON in all, not ${json.length}`;
  throw invalidRequest(`${field} ${issue}.`, { field, issue, limit: maxRecord });
}

/** @param {string} userId */
export const userNotFound = (userId) =>
  new Refusal(404, 'USER_NOT_FOUND', `There is no user "${userId}".`, { user_id: userId });

export const aliasConflict = {
  /** @param {string} aliasId */
  taken: (aliasId) => conflict(`"${aliasId}" already belongs to another user.`, aliasId),

  /** @param {string} aliasId @param {string} userId */
  cycle: (aliasId, userId) => conflict(`"${userId}" is itself an alias of "${aliasId}".`, aliasId),
};

/** @param {string} message @param {string} aliasId */
const conflict = (message, aliasId) =>
  new Refusal(409, 'ALIAS_CONFLICT', message, { alias_id: aliasId });
