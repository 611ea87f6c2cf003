// @ts-check
/**
 * Sends stored rows to open pages, as server-sent events: a `snapshot` when a page connects, then a
 * `changes` for the rows since the last one.
 *
 * @typedef {import('./store.mjs').Row} Row
 * @typedef {import('./store.mjs').Changes} Changes
 */
import { Refusal } from './answers.mjs';
import { tables } from './store.mjs';

/** As many as the page shows. */
const maxRows = 200;

/**
 * Bytes of a row's JSON that are sent with it; the page fetches what is longer when it is opened. So a snapshot
 * has at most 200 * 3 * 4 KiB, whatever the rows hold.
 */
export const maxJson = 4096;

/** Pages that are watched at once. */
const maxPages = 50;

// A reader cannot follow more, and a collector under load must not spend its time on watchers.
const quietMs = 50;

// A page that has stopped reading is let go; it comes back by itself for a fresh snapshot.
const maxUnread = 4 * 1024 * 1024;

/**
 * @param {import('./store.mjs').Store} store
 * @param {{ app_id: string, website_url: string | null }[]} apps
 */
export function createLive(store, apps) {
  /** @type {Set<import('node:http').ServerResponse>} */
  const pages = new Set();
  let pending = nothing();
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {(() => void) | undefined} */
  let unfollow;
  let opening = 0;

  return {
    /** @param {import('fastify').FastifyReply} reply */
    async open(reply) {
      if (pages.size + opening >= maxPages) throw tooManyPages();
      opening += 1;
      try {
        begin(reply, await takeSnapshot());
      } finally {
        opening -= 1;
        stopIfUnwatched();
      }
    },

    close() {
      sendChanges();
      for (const page of pages) page.end();
    },
  };

  /** @param {import('fastify').FastifyReply} reply @param {object} snapshot */
  function begin(reply, snapshot) {
    reply.hijack();
    const page = reply.raw;
    if (page.destroyed) return;
    page.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    page.write('retry: 1000\n');
    send(page, 'snapshot', snapshot);
    pages.add(page);
    page.on('close', () => {
      pages.delete(page);
      stopIfUnwatched();
    });
  }

  async function takeSnapshot() {
    // Followed first: what comes meanwhile is in the snapshot, or sent again after it, and a page shows a row once.
    unfollow ??= store.follow(publish);
    // For the pages that are open already; the snapshot has it too.
    sendChanges();
    const [events, users, aliases] = await Promise.all(
      /** @type {const} */ (['events', 'users', 'aliases']).map(newest),
    );
    return {
      apps: apps.map(({ app_id, website_url }) => ({ app_id, website_url })),
      ...{ events, users, aliases },
    };
  }

  function stopIfUnwatched() {
    if (pages.size > 0 || opening > 0) return;
    unfollow?.();
    unfollow = undefined;
    clearTimeout(timer);
    timer = undefined;
    pending = nothing();
  }

  /** @param {Changes} changes */
  function publish({ events = [], users = [], aliases = [] }) {
    if (pages.size === 0 && opening === 0) return;
    pending.events = [...pending.events, ...events].slice(-maxRows);
    pending.users = [...pending.users, ...users].slice(-maxRows);
    pending.aliases = [...pending.aliases, ...aliases].slice(-maxRows);
    timer ??= setTimeout(sendChanges, quietMs);
  }

  /** @param {import('./store.mjs').Table} table */
  async function newest(table) {
    const rows = await store.outlines(table, maxRows, maxJson);
    return rows.map((row) => outline(row, tables[table]));
  }

  function sendChanges() {
    clearTimeout(timer);
    timer = undefined;
    const { events, users, aliases } = pending;
    if (events.length + users.length + aliases.length === 0) return;
    pending = nothing();
    const changes = {
      events: events.map((event) => outline(event, tables.events)),
      users: users.map((user) => outline(user, tables.users)),
      aliases,
    };
    for (const page of pages) send(page, 'changes', changes);
  }
}

/** @returns {Required<Changes>} */
const nothing = () => ({ events: [], users: [], aliases: [] });

/** @param {import('node:http').ServerResponse} page @param {string} name @param {object} data */
function send(page, name, data) {
  const text = `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  if (page.writableLength + text.length > maxUnread) page.destroy();
  else page.write(text);
}

/**
 * A row with its JSON parsed where that is short, and null and its length where it is not.
 *
 * @param {Row} row
 * @param {string[]} columns
 */
export function outline(row, columns) {
  const short = { ...row };
  for (const name of columns) {
    const text = row[name];
    const bytes = row[`${name}_bytes`] ?? (typeof text === 'string' ? Buffer.byteLength(text) : 0);
    const fits = typeof text === 'string' && Number(bytes) <= maxJson;
    short[name] = fits ? JSON.parse(text) : null;
    if (fits || !bytes) delete short[`${name}_bytes`];
    else short[`${name}_bytes`] = bytes;
  }
  return short;
}

const tooManyPages = () =>
  new Refusal(503, 'TOO_MANY_PAGES', `${maxPages} live pages are open already; close one.`);
