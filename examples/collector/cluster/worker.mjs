// @ts-check
/**
 * Brings what is in the log to ClickHouse: reads, inserts thousands of rows at a time, and acknowledges each message
 * once ClickHouse has it on enough replicas. Any number of workers share the log. Whatever a worker that dies has not
 * acknowledged is delivered again, and what it had stored already is a copy, which ClickHouse removes.
 *
 * @typedef {import('@nats-io/jetstream').JsMsg} Message
 * @typedef {{ text: string, message: Message }} Item
 * @typedef {import('./reads.mjs').Kept} Kept
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isBusy, isRowFault, openClickhouse } from './clickhouse.mjs';
import { consumerName, longestSilenceMs, openLog } from './log.mjs';

/** Rows of one insert. */
const rowsAtOnce = 5000;

/** How long the first of them waits for others. */
const quietMs = 200;

/** Rows that are read ahead; beyond that the log keeps them. */
const mostWaiting = 4 * rowsAtOnce;

/** Messages that one stream may have on their way to this worker. */
const readAhead = 2000;

/** Messages that wait for ClickHouse are claimed anew this often, well within the log's patience. */
const claims = 4;

const shortestPauseMs = 100;
const longestPauseMs = 5000;

/**
 * @param {import('../config.mjs').ClusterSettings} settings
 * @param {object} [options]
 * @param {(line: string) => void} [options.say]
 * @param {number} [options.ackWaitMs] after which what this worker holds without a word goes to another
 */
export function startWorker(settings, { say = console.log, ackWaitMs = longestSilenceMs } = {}) {
  const log = openLog(settings, ackWaitMs);
  const clickhouse = openClickhouse(settings);
  let isStopping = false;
  const counts = { rows: 0, inserts: 0, dead: 0 };
  /** @type {Set<Item>} */
  const held = new Set();
  /** @type {Set<{ close: () => unknown }>} */
  const readers = new Set();
  const claiming = setInterval(() => {
    for (const { message } of held) message.working();
  }, ackWaitMs / claims);
  const lanes = {
    events: createLane('events'),
    requests: createLane('requests'),
    duplicates: createLane('duplicates'),
  };
  const reading = [...log.eventStreams, log.notes].map(read);

  return {
    counts,
    ready: log.ready,

    /** Stores what has been read, and ends. */
    async stop() {
      isStopping = true;
      for (const reader of readers) reader.close();
      await Promise.all(reading);
      await Promise.all(Object.values(lanes).map((lane) => lane.stop()));
      clearInterval(claiming);
      await log.close();
      await clickhouse.close();
    },
  };

  /** @param {string} stream */
  async function read(stream) {
    while (!isStopping) {
      try {
        const { js } = await log.link;
        const consumer = await js.consumers.get(stream, consumerName);
        const messages = await consumer.consume({ max_messages: readAhead, expires: 10_000 });
        readers.add(messages);
        if (isStopping) messages.close();
        for await (const message of messages) {
          const table = tableOf(message.subject);
          await lanes[table].add({ text: message.string(), message });
        }
        readers.delete(messages);
      } catch (error) {
        if (isStopping) return;
        // An election, or a server that restarts.
        complain(`The log cannot be read: ${messageOf(error)}`);
        await sleep(shortestPauseMs + Math.random() * 400);
      }
    }
  }

  /** @param {Kept} table */
  function createLane(table) {
    /** @type {Item[]} */
    let waiting = [];
    /** @type {(() => void)[]} */
    const blocked = [];
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    let storing = Promise.resolve();
    let isStoring = false;

    return {
      /** Resolves when there is room for more. @param {Item} item */
      async add(item) {
        waiting.push(item);
        held.add(item);
        if (waiting.length >= rowsAtOnce) next();
        else timer ??= setTimeout(next, quietMs);
        while (waiting.length >= mostWaiting && !isStopping) {
          await new Promise((resolve) => blocked.push(() => resolve(null)));
        }
      },

      async stop() {
        while (waiting.length > 0 || isStoring) {
          next();
          await storing;
        }
      },
    };

    function next() {
      clearTimeout(timer);
      timer = undefined;
      if (isStoring || waiting.length === 0) return;
      const batch = waiting.slice(0, rowsAtOnce);
      waiting = waiting.slice(rowsAtOnce);
      for (const resume of blocked.splice(0)) resume();
      isStoring = true;
      storing = store(table, batch).finally(() => {
        isStoring = false;
        if (waiting.length >= rowsAtOnce || isStopping) next();
        else if (waiting.length > 0) timer ??= setTimeout(next, quietMs);
      });
    }
  }

  /**
   * Inserts until ClickHouse takes it. Rows that it refuses are searched for by halves, and set aside.
   *
   * @param {string} table @param {Item[]} batch
   * @returns {Promise<void>}
   */
  async function store(table, batch) {
    for (let pause = shortestPauseMs; ; ) {
      try {
        await clickhouse.insert(table, batch.map(({ text }) => text).join('\n'));
        counts.rows += batch.length;
        counts.inserts += 1;
        for (const item of batch) finish(item);
        return;
      } catch (error) {
        if (isRowFault(error)) {
          const [first] = batch;
          if (batch.length === 1 && first) return setAside(table, first, messageOf(error));
          const middle = Math.ceil(batch.length / 2);
          await store(table, batch.slice(0, middle));
          await store(table, batch.slice(middle));
          return;
        }
        if (isBusy(error)) {
          await sleep(20 + Math.random() * shortestPauseMs);
          continue;
        }
        complain(`ClickHouse cannot store: ${messageOf(error)}`);
        // A worker that is stopped leaves what it cannot store to the others.
        if (isStopping && pause > 1000) return;
        await sleep(pause / 2 + (Math.random() * pause) / 2);
        pause = Math.min(pause * 2, longestPauseMs);
      }
    }
  }

  /** @param {string} table @param {Item} item @param {string} reason */
  async function setAside(table, item, reason) {
    const { streamSequence } = item.message.info;
    const letter = {
      table,
      reason: reason.slice(0, 500),
      at: new Date().toISOString(),
      stream: item.message.info.stream,
      seq: streamSequence,
      row: item.text,
    };
    for (;;) {
      try {
        // The same id each time: a worker that dies here leaves the row to another, which sets it aside again.
        await log.publish('dead', JSON.stringify(letter), `${letter.stream}:${streamSequence}`);
        break;
      } catch {
        complain('A refused row cannot be set aside: the log does not take it');
        if (isStopping) return;
        await sleep(1000);
      }
    }
    counts.dead += 1;
    complain(`A row was set aside: ${letter.reason}`);
    finish(item);
  }

  /** @param {Item} item */
  function finish(item) {
    held.delete(item);
    item.message.ack();
  }

  /** @param {string} subject @returns {Kept} */
  function tableOf(subject) {
    const last = subject.slice(subject.lastIndexOf('.') + 1);
    return last === 'requests' || last === 'duplicates' ? last : 'events';
  }

  /** @param {string} text */
  function complain(text) {
    say(`${new Date().toISOString()} ${text.replace(/\s+/g, ' ')}`);
  }
}

/** @param {unknown} error */
const messageOf = (error) => String(/** @type {Error} */ (error)?.message || error).slice(0, 300);
