// @ts-check
/**
 * Sends stored rows to open pages, as server-sent events: a `snapshot` when a page connects, then a
 * `changes` for the rows since the last one.
 *
 * @typedef {import('./store.mjs').Row} Row
 * @typedef {{ events?: Row[], users?: Row[], aliases?: Row[] }} Changes
 */
import { parseColumns, tables } from './store.mjs';

/** As many as the page shows. */
const maxRows = 200;

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

  return {
    /** @param {import('fastify').FastifyReply} reply */
    open(reply) {
      // Pending changes are in the snapshot already.
      sendChanges();
      const snapshot = {
        apps: apps.map(({ app_id, website_url }) => ({ app_id, website_url })),
        events: store.newest('events', null, maxRows),
        users: store.newest('users', null, maxRows),
        aliases: store.newest('aliases', null, maxRows),
      };
      reply.hijack();
      const page = reply.raw;
      page.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
      page.write('retry: 1000\n');
      send(page, 'snapshot', snapshot);
      pages.add(page);
      page.on('close', () => pages.delete(page));
    },

    /** @param {Changes} changes */
    publish({ events = [], users = [], aliases = [] }) {
      if (pages.size === 0) return;
      pending.events = [...pending.events, ...events].slice(-maxRows);
      pending.users = [...pending.users, ...users].slice(-maxRows);
      pending.aliases = [...pending.aliases, ...aliases].slice(-maxRows);
      timer ??= setTimeout(sendChanges, quietMs);
    },

    close() {
      sendChanges();
      for (const page of pages) page.end();
    },
  };

  function sendChanges() {
    clearTimeout(timer);
    timer = undefined;
    const { events, users, aliases } = pending;
    if (events.length + users.length + aliases.length === 0) return;
    pending = nothing();
    const changes = {
      events: events.map((event) => parseColumns(event, tables.events)),
      users: users.map((user) => parseColumns(user, tables.users)),
      aliases,
    };
    for (const page of pages) send(page, 'changes', changes);
  }
}

/** @returns {Required<Changes>} */
const nothing = () => ({ events: [], users: [], aliases: [] });

/** @param {import('node:http').ServerResponse} page @param {string} name @param {object} data */
function send(page, name, data) {
  if (page.writableLength > maxUnread) page.destroy();
  else page.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}
