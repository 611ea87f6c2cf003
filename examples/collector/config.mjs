// @ts-check
/**
 * What may be configured, and one clear sentence for every way to get it wrong.
 *
 * @typedef {{ app_id: string, website_url: string | null, domains: import('./origins.mjs').Domain[] }} App
 * @typedef {{ key: string, app_id: string, revoked: boolean, permissions: string[] }} Key
 * @typedef {{ events: number, batch: number, users: number, strangers: number }} RateLimits requests a minute
 * @typedef {{ file: string, mode: 'strict' | 'mark' }} PlanChoice a tracking plan, and what happens to events that differ
 * @typedef {{ kind: 'sqlite' }} SqliteSettings
 * @typedef {object} ClusterSettings
 * @property {'cluster'} kind
 * @property {string} name of the streams, the database and the schema: several installations can share the engines
 * @property {string[]} nats
 * @property {string[]} clickhouse every replica of the one shard
 * @property {string} postgres
 * @property {number} partitions of the log; fixed once there is one
 * @property {number} log_bytes what the log may hold in all
 * @typedef {{
 *   apps: App[], keys: Key[], rate_limits: RateLimits, store: SqliteSettings | ClusterSettings, plan: PlanChoice | null,
 * }} Config
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { nearest } from '../../plan/nearest.mjs';
import { parseDomain } from './origins.mjs';

export const permissions = ['events:write', 'users:write'];

/**
 * The documented limits; and ours for requests that are refused before their sender is known, by address.
 *
 * @type {RateLimits}
 */
const documentedLimits = { events: 1000, batch: 100, users: 500, strangers: 300 };

const defaultFile = new URL('collector.json', import.meta.url);

/** A mistake in the config; its message is for the author of the config. */
export class ConfigError extends Error {}

/**
 * @param {string} [path] the working default where none is given
 * @returns {unknown} what the file says, not yet checked
 */
export function readConfig(path) {
  const name = path ?? 'collector.json';
  const value = parse(read(path ?? defaultFile, name), name);
  // A file that it names is found from where it is itself.
  const { plan } = /** @type {{ plan?: { file?: unknown } }} */ (value ?? {});
  if (path && typeof plan?.file === 'string') plan.file = resolve(dirname(path), plan.file);
  return value;
}

/**
 * @param {unknown} value parsed JSON
 * @returns {Config}
 */
export function checkConfig(value) {
  const config = object(value, 'The config', ['apps', 'keys', 'rate_limits', 'store', 'plan']);
  const apps = list(config.apps, 'apps').map(checkApp);
  if (apps.length === 0) throw new ConfigError('apps must name at least one app.');
  const keys = list(config.keys ?? [], 'keys').map(checkKey);
  unique(apps, 'app_id', 'apps');
  unique(keys, 'key', 'keys');
  keys.forEach((key, i) => {
    if (apps.some((app) => app.app_id === key.app_id)) return;
    throw new ConfigError(`keys[${i}].app_id "${key.app_id}" is not one of the apps.`);
  });
  const store = checkStore(config.store ?? { kind: 'sqlite' });
  const plan = config.plan === undefined ? null : checkPlan(config.plan);
  return { apps, keys, rate_limits: checkLimits(config.rate_limits ?? {}), store, plan };
}

/** @param {unknown} value @returns {PlanChoice} */
function checkPlan(value) {
  const { file, mode = 'mark' } = object(value, 'plan', ['file', 'mode']);
  if (mode !== 'strict' && mode !== 'mark') {
    throw new ConfigError(
      'plan.mode must be "strict" (refuses events) or "mark" (stores and marks them).',
    );
  }
  return { file: text(file, 'plan.file'), mode };
}

/** @param {unknown} value @param {number} i @returns {App} */
function checkApp(value, i) {
  const at = `apps[${i}]`;
  const app = object(value, at, ['app_id', 'website_url', 'authorized_domains']);
  const domains = list(app.authorized_domains ?? [], `${at}.authorized_domains`).map((entry, j) => {
    const where = `${at}.authorized_domains[${j}]`;
    const domain = parseDomain(text(entry, where));
    if (domain) return domain;
    throw new ConfigError(
      `${where} "${entry}" is not a domain; write example.com, *.example.com or https://example.com:8443.`,
    );
  });
  const website = app.website_url === undefined ? null : text(app.website_url, `${at}.website_url`);
  if (website !== null && !/^https?:\/\/[^\s/]/.test(website)) {
    throw new ConfigError(`${at}.website_url must begin with http:// or https://.`);
  }
  return { app_id: text(app.app_id, `${at}.app_id`), website_url: website, domains };
}

/** @param {unknown} value @param {number} i @returns {Key} */
function checkKey(value, i) {
  const at = `keys[${i}]`;
  const key = object(value, at, ['key', 'app_id', 'revoked', 'permissions']);
  const { revoked = false } = key;
  if (typeof revoked !== 'boolean') throw new ConfigError(`${at}.revoked must be true or false.`);
  const held = list(key.permissions ?? permissions, `${at}.permissions`).map((name, j) => {
    const permission = text(name, `${at}.permissions[${j}]`);
    if (permissions.includes(permission)) return permission;
    throw new ConfigError(
      `${at}.permissions[${j}] "${permission}" is not one of ${permissions.join(', ')}.`,
    );
  });
  const secret = text(key.key, `${at}.key`);
  if (/\s/.test(secret)) throw new ConfigError(`${at}.key must not contain spaces.`);
  return { key: secret, app_id: text(key.app_id, `${at}.app_id`), revoked, permissions: held };
}

/** @param {unknown} value @returns {RateLimits} */
function checkLimits(value) {
  const given = object(value, 'rate_limits', Object.keys(documentedLimits));
  for (const [name, limit] of Object.entries(given)) {
    if (Number.isSafeInteger(limit) && Number(limit) > 0) continue;
    throw new ConfigError(`rate_limits.${name} must be a whole number of requests above 0.`);
  }
  return { ...documentedLimits, ...given };
}

const clusterFields = [
  ...['kind', 'name', 'nats', 'clickhouse', 'postgres', 'partitions', 'log_bytes'],
];
const defaultPartitions = 8;
const mostPartitions = 256;
const defaultLogBytes = 8 * 1024 ** 3;

/** @param {unknown} value @returns {SqliteSettings | ClusterSettings} */
function checkStore(value) {
  const { kind } = object(value, 'store', clusterFields);
  if (kind === 'sqlite') {
    object(value, 'store', ['kind']);
    return { kind };
  }
  if (kind !== 'cluster') {
    const given = kind === undefined ? 'missing' : JSON.stringify(kind);
    throw new ConfigError(`store.kind must be "sqlite" or "cluster", not ${given}.`);
  }
  const store = object(value, 'store', clusterFields);
  const { name = 'appizer', partitions = defaultPartitions, log_bytes = defaultLogBytes } = store;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9_]{0,39}$/.test(name)) {
    throw new ConfigError('store.name must be 1 to 40 of a–z, 0–9 and _, and begin with a letter.');
  }
  return {
    kind,
    name,
    nats: addresses(store.nats, 'store.nats', ['nats:', 'tls:']),
    clickhouse: addresses(store.clickhouse, 'store.clickhouse', ['http:', 'https:']),
    postgres: address(store.postgres, 'store.postgres', ['postgres:', 'postgresql:']),
    partitions: whole(partitions, 'store.partitions', 1, mostPartitions),
    log_bytes: whole(log_bytes, 'store.log_bytes', 1024 ** 2, 2 ** 50),
  };
}

/** @param {unknown} value @param {string} at @param {number} least @param {number} most */
function whole(value, at, least, most) {
  if (Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most) {
    return Number(value);
  }
  throw new ConfigError(`${at} must be a whole number from ${least} to ${most}.`);
}

/** @param {unknown} value @param {string} at @param {string[]} schemes */
function addresses(value, at, schemes) {
  const all = list(value, at).map((one, i) => address(one, `${at}[${i}]`, schemes));
  if (all.length === 0) throw new ConfigError(`${at} must name at least one server.`);
  return all;
}

/** @param {unknown} value @param {string} at @param {string[]} schemes */
function address(value, at, schemes) {
  const given = text(value, at);
  if (URL.canParse(given) && schemes.includes(new URL(given).protocol)) return given;
  // The address may hold a password, so it is not repeated.
  throw new ConfigError(`${at} must be an address that begins with ${schemes[0]}//.`);
}

/** @param {unknown} value @param {string} at @param {string[]} known @returns {Record<string, unknown>} */
function object(value, at, known) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(`${at} must be an object.`);
  }
  const stranger = Object.keys(value).find((name) => !known.includes(name));
  // A misspelt setting that is silently ignored is the hardest mistake to find.
  if (stranger !== undefined) {
    const near = nearest(stranger, known);
    const hint = near ? `did you mean "${near}"? Known` : 'known';
    throw new ConfigError(
      `${at} has an unknown field "${stranger}"; ${hint}: ${known.join(', ')}.`,
    );
  }
  return { ...value };
}

/** @param {unknown} value @param {string} at @returns {unknown[]} */
function list(value, at) {
  if (!Array.isArray(value)) throw new ConfigError(`${at} must be an array.`);
  return value;
}

/** @param {unknown} value @param {string} at */
function text(value, at) {
  if (typeof value === 'string' && value !== '') return value;
  throw new ConfigError(`${at} must be a non-empty string.`);
}

/** @template {Record<string, unknown>} T @param {T[]} items @param {keyof T & string} name @param {string} at */
function unique(items, name, at) {
  items.forEach((item, i) => {
    const first = items.findIndex((other) => other[name] === item[name]);
    if (first !== i) throw new ConfigError(`${at}[${i}].${name} repeats that of ${at}[${first}].`);
  });
}

/** @param {string | URL} path @param {string} name */
function read(path, name) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    const why = code === 'ENOENT' ? 'there is no such file' : code;
    throw new Error(`${name} cannot be read: ${why}.`);
  }
}

/** @param {string} json @param {string} name @returns {unknown} */
function parse(json, name) {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new Error(`${name} is not valid JSON: ${/** @type {Error} */ (error).message}.`);
  }
}
