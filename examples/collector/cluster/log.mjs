// @ts-check
/**
 * The durable log: NATS JetStream. Every partition is a stream of its own, so that each can have its leader on another
 * server. What a worker has stored is removed (`workqueue`), and a full log refuses what is new: an event that was
 * acknowledged is never dropped for want of room.
 *
 * | stream | subject | contains |
 * |---|---|---|
 * | `<NAME>_EVENTS_<partition>` | `<name>.events.<partition>` | one event a message |
 * | `<NAME>_NOTES` | `<name>.notes.<table>` | rows of `requests` and `duplicates`, several a message |
 * | `<NAME>_DEAD` | `<name>.dead` | what ClickHouse refused, with its reason |
 *
 * @typedef {import('../config.mjs').ClusterSettings} Settings
 * @typedef {import('@nats-io/transport-node').NatsConnection} Connection
 * @typedef {import('@nats-io/jetstream').JetStreamClient} Client
 * @typedef {import('@nats-io/jetstream').JetStreamManager} Manager
 * @typedef {{ nc: Connection, js: Client, jsm: Manager }} Link
 * @typedef {ReturnType<typeof openLog>} Log
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AckPolicy,
  DiscardPolicy,
  JetStreamApiError,
  jetstream,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';
import { storeUnavailable } from '../answers.mjs';
import { ConfigError } from '../config.mjs';

export const consumerName = 'workers';

/** How long a call waits for the log, elections included, before it is answered 503. */
const patienceMs = 4000;

/** How long one attempt waits for its acknowledgement. */
const attemptMs = 2000;

/** Copies within this time are dropped by the log itself, later ones by ClickHouse. */
const duplicateWindowMs = 120_000;

/** A worker that holds messages for longer without a word has died. */
export const longestSilenceMs = 60_000;

/** A message is a row with its properties as text in JSON, up to about twice a body of 1 MiB. */
export const neededPayload = 4 * 1024 * 1024;

// JetStream's error codes for a stream and a consumer that do not exist.
const streamNotFound = 10059;
const consumerNotFound = 10014;

/**
 * @param {Settings} settings
 * @param {number} [ackWaitMs]
 */
export function openLog(
  { name, nats, partitions, log_bytes: logBytes },
  ackWaitMs = longestSilenceMs,
) {
  const upper = name.toUpperCase();
  const eventStreams = Array.from({ length: partitions }, (_, i) => `${upper}_EVENTS_${i}`);
  const notes = `${upper}_NOTES`;
  const dead = `${upper}_DEAD`;
  const replicas = nats.length >= 3 ? 3 : 1;
  let isClosed = false;
  /** @type {Connection | undefined} */
  let connection;
  const link = begin();
  link.catch(() => {});

  return {
    eventStreams,
    notes,
    link,

    /** Resolves once there is a connection and every stream exists; rejects where the config does not fit them. */
    ready: (ms = patienceMs) => within(link, ms),

    /**
     * Resolves when enough servers have the message.
     *
     * @param {string} subject after the name
     * @param {string} text
     * @param {string} id
     * @returns {Promise<{ duplicate: boolean }>} whether the log had one with this id already, sent by somebody else
     */
    async publish(subject, text, id) {
      const end = performance.now() + patienceMs;
      const { js } = await within(link, patienceMs).catch(() => {
        throw storeUnavailable();
      });
      for (let attempt = 0; ; attempt += 1) {
        try {
          const options = { msgID: id, timeout: attemptMs, retries: 0 };
          const { duplicate } = await js.publish(`${name}.${subject}`, text, options);
          // After an attempt without an answer the copy may be our own.
          return { duplicate: duplicate && attempt === 0 };
        } catch {
          if (isClosed || performance.now() > end) throw storeUnavailable();
          await sleep(50 + Math.random() * 100);
        }
      }
    },

    /** For those who listen now; not kept. @param {string} subject @param {object} value */
    async announce(subject, value) {
      const { nc } = await link;
      nc.publish(`${name}.${subject}`, JSON.stringify(value));
    },

    /**
     * @param {string} subject
     * @param {(text: string, subject: string) => void} listener
     * @returns {() => void} ends it
     */
    listen(subject, listener) {
      let isOver = false;
      /** @type {import('@nats-io/transport-node').Subscription | undefined} */
      let subscription;
      const ready = link.then(async ({ nc }) => {
        if (isOver) return;
        subscription = nc.subscribe(`${name}.${subject}`, {
          callback: (error, message) => {
            if (!error) listener(message.string(), message.subject.slice(name.length + 1));
          },
        });
        await nc.flush();
      });
      ready.catch(() => {});
      return () => {
        isOver = true;
        subscription?.unsubscribe();
      };
    },

    /** Rejects where an event could not be written now. */
    async probe() {
      const { jsm } = await within(link, attemptMs);
      await within(Promise.all(eventStreams.map((stream) => jsm.streams.info(stream))), attemptMs);
    },

    /** How many messages no worker has stored yet. */
    async backlog() {
      const { jsm } = await within(link, patienceMs);
      const infos = await Promise.all([...eventStreams, notes].map((one) => jsm.streams.info(one)));
      return infos.reduce((sum, { state }) => sum + state.messages, 0);
    },

    /** What ClickHouse refused, the newest first. @param {number} limit */
    async deadLetters(limit) {
      const { jsm } = await within(link, patienceMs);
      const { state } = await jsm.streams.info(dead);
      const first = Math.max(state.first_seq, state.last_seq - limit + 1);
      const numbers = Array.from({ length: state.last_seq - first + 1 }, (_, i) => first + i);
      const letters = await Promise.all(
        numbers.map((seq) => jsm.streams.getMessage(dead, { seq }).catch(() => null)),
      );
      return {
        total: state.messages,
        letters: letters.flatMap((one) => (one ? [JSON.parse(one.string())] : [])).reverse(),
      };
    },

    async close() {
      isClosed = true;
      await connection?.close();
    },
  };

  /** @returns {Promise<Link>} */
  async function begin() {
    const nc = await connect({
      servers: nats.map((address) => address.replace(/^(nats|tls):\/\//, '')),
      tls: nats.some((address) => address.startsWith('tls:')) ? {} : undefined,
      name: `appizer collector ${name}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      waitOnFirstConnect: true,
    });
    connection = nc;
    if (isClosed) await nc.close();
    for (let pause = 100; ; pause = Math.min(pause * 2, 2000)) {
      try {
        const jsm = await jetstreamManager(nc, { timeout: attemptMs, checkAPI: false });
        await prepare(jsm);
        return { nc, jsm, js: jetstream(nc, { timeout: attemptMs }) };
      } catch (error) {
        if (error instanceof ConfigError || isClosed) throw error;
        await sleep(pause);
      }
    }
  }

  /** Makes what is missing. Several processes may do so at once. @param {Manager} jsm */
  async function prepare(jsm) {
    const existing = new Set(await jsm.streams.names(`${name}.>`).next());
    const found = [...existing].filter((one) => one.startsWith(`${upper}_EVENTS_`)).length;
    if (existing.has(dead) && found !== partitions) {
      throw new ConfigError(
        `store.partitions is ${partitions}, but the log "${name}" has ${found}; their number is fixed.`,
      );
    }
    const bytes = Math.floor(logBytes / partitions);
    for (const [i, stream] of eventStreams.entries()) {
      if (!existing.has(stream)) await add(jsm, stream, `events.${i}`, bytes);
      await addConsumer(jsm, stream);
    }
    if (!existing.has(notes)) await add(jsm, notes, 'notes.*', bytes);
    await addConsumer(jsm, notes);
    // The last one: where it exists, all of them do.
    if (!existing.has(dead)) await add(jsm, dead, 'dead', bytes, RetentionPolicy.Limits);
  }

  /**
   * @param {Manager} jsm @param {string} stream @param {string} subject @param {number} bytes
   * @param {'limits' | 'workqueue'} retention
   */
  async function add(jsm, stream, subject, bytes, retention = RetentionPolicy.Workqueue) {
    await jsm.streams.add({
      name: stream,
      subjects: [`${name}.${subject}`],
      retention,
      storage: StorageType.File,
      num_replicas: replicas,
      discard: DiscardPolicy.New,
      max_bytes: bytes,
      duplicate_window: nanos(duplicateWindowMs),
    });
  }

  /** @param {Manager} jsm @param {string} stream */
  async function addConsumer(jsm, stream) {
    try {
      await jsm.consumers.info(stream, consumerName);
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw error;
      if (![streamNotFound, consumerNotFound].includes(error.code)) throw error;
      await jsm.consumers.add(stream, {
        durable_name: consumerName,
        ack_policy: AckPolicy.Explicit,
        ack_wait: nanos(ackWaitMs),
        max_ack_pending: 50_000,
        max_deliver: -1,
      });
    }
  }
}

/**
 * @template T
 * @param {Promise<T>} promise @param {number} ms
 * @returns {Promise<T>}
 */
export async function within(promise, ms) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms.`)), ms);
  });
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}
