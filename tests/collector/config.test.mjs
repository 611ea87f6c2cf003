// @ts-check
/** Mistakes in the config and on the command line, and the sentence each of them gets. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { checkConfig, readConfig } from '../../examples/collector/config.mjs';
import { startProcess, temporaryFile } from './support.mjs';

const app = { app_id: 'demo', authorized_domains: ['localhost'] };
const key = { key: 'sk', app_id: 'demo' };

const cluster = {
  kind: 'cluster',
  nats: ['nats://127.0.0.1:4222'],
  clickhouse: ['http://127.0.0.1:8123'],
  postgres: 'postgres://appizer@127.0.0.1/appizer',
};

/** @type {[config: unknown, message: string][]} */
const mistakes = [
  [[], 'The config must be an object.'],
  [{}, 'apps must be an array.'],
  [{ apps: [] }, 'apps must name at least one app.'],
  [
    { apps: [app], limits: {} },
    'The config has an unknown field "limits"; known: apps, keys, rate_limits, store, plan.',
  ],
  [{ apps: ['demo'] }, 'apps[0] must be an object.'],
  [{ apps: [{}] }, 'apps[0].app_id must be a non-empty string.'],
  [{ apps: [app, app] }, 'apps[1].app_id repeats that of apps[0].'],
  [
    { apps: [{ ...app, domains: [] }] },
    'apps[0] has an unknown field "domains"; known: app_id, website_url, authorized_domains.',
  ],
  [
    { apps: [{ ...app, authorized_domains: 'localhost' }] },
    'apps[0].authorized_domains must be an array.',
  ],
  [
    { apps: [{ ...app, authorized_domains: ['localhost', 'http://'] }] },
    'apps[0].authorized_domains[1] "http://" is not a domain; ' +
      'write example.com, *.example.com or https://example.com:8443.',
  ],
  [
    { apps: [{ ...app, website_url: 'javascript:alert(1)' }] },
    'apps[0].website_url must begin with http:// or https://.',
  ],
  [{ apps: [app], keys: {} }, 'keys must be an array.'],
  [{ apps: [app], keys: [{ app_id: 'demo' }] }, 'keys[0].key must be a non-empty string.'],
  [{ apps: [app], keys: [{ ...key, key: 'a b' }] }, 'keys[0].key must not contain spaces.'],
  [{ apps: [app], keys: [key, key] }, 'keys[1].key repeats that of keys[0].'],
  [
    { apps: [app], keys: [{ ...key, app_id: 'shop' }] },
    'keys[0].app_id "shop" is not one of the apps.',
  ],
  [{ apps: [app], keys: [{ ...key, revoked: 'yes' }] }, 'keys[0].revoked must be true or false.'],
  [
    { apps: [app], keys: [{ ...key, permissions: ['read'] }] },
    'keys[0].permissions[0] "read" is not one of events:write, users:write.',
  ],
  [
    { apps: [app], rate_limits: { events: 0 } },
    'rate_limits.events must be a whole number of requests above 0.',
  ],
  [
    { apps: [app], rate_limits: { aliases: 5 } },
    'rate_limits has an unknown field "aliases"; known: events, batch, users, strangers.',
  ],
  [{ apps: [app], store: 'cluster' }, 'store must be an object.'],
  [{ apps: [app], store: {} }, 'store.kind must be "sqlite" or "cluster", not missing.'],
  [
    { apps: [app], store: { kind: 'kafka' } },
    'store.kind must be "sqlite" or "cluster", not "kafka".',
  ],
  [
    { apps: [app], stor: {} },
    'The config has an unknown field "stor"; did you mean "store"? Known: apps, keys, rate_limits, store, plan.',
  ],
  [
    { apps: [app], store: { ...cluster, partition: 8 } },
    'store has an unknown field "partition"; did you mean "partitions"? ' +
      'Known: kind, name, nats, clickhouse, postgres, partitions, log_bytes.',
  ],
  [
    { apps: [app], store: { kind: 'sqlite', nats: [] } },
    'store has an unknown field "nats"; known: kind.',
  ],
  [{ apps: [app], store: { ...cluster, nats: [] } }, 'store.nats must name at least one server.'],
  [{ apps: [app], store: { ...cluster, nats: 'nats://a' } }, 'store.nats must be an array.'],
  [
    { apps: [app], store: { ...cluster, nats: ['a:4222'] } },
    'store.nats[0] must be an address that begins with nats://.',
  ],
  [
    { apps: [app], store: { ...cluster, clickhouse: ['http://a', 'tcp://b:9000'] } },
    'store.clickhouse[1] must be an address that begins with http://.',
  ],
  [
    { apps: [app], store: { ...cluster, postgres: undefined } },
    'store.postgres must be a non-empty string.',
  ],
  [
    { apps: [app], store: { ...cluster, postgres: 'mysql://user:secret@a' } },
    'store.postgres must be an address that begins with postgres://.',
  ],
  [
    { apps: [app], store: { ...cluster, partitions: 0 } },
    'store.partitions must be a whole number from 1 to 256.',
  ],
  [
    { apps: [app], store: { ...cluster, log_bytes: 1.5 } },
    'store.log_bytes must be a whole number from 1048576 to 1125899906842624.',
  ],
  [
    { apps: [app], store: { ...cluster, name: 'a.b' } },
    'store.name must be 1 to 40 of a–z, 0–9 and _, and begin with a letter.',
  ],
];

for (const [config, message] of mistakes) {
  test(`config mistake: ${message}`, () => {
    assert.throws(() => checkConfig(config), { message });
  });
}

test('the config that comes with the collector has a demo app, its key and the limits', () => {
  const config = checkConfig(readConfig());
  assert.deepEqual(
    config.apps.map(({ app_id }) => app_id),
    ['demo'],
  );
  assert.deepEqual(
    config.keys.map(({ key }) => key),
    ['sk_test_demo'],
  );
  assert.deepEqual(config.rate_limits, {
    events: 1000,
    batch: 100,
    users: 500,
    strangers: 300,
  });
});

test('a cluster has defaults for everything but its servers', () => {
  assert.deepEqual(checkConfig({ apps: [app], store: cluster }).store, {
    ...cluster,
    ...{ name: 'appizer', partitions: 8, log_bytes: 8 * 1024 ** 3 },
  });
  assert.deepEqual(checkConfig({ apps: [app] }).store, { kind: 'sqlite' });
});

/**
 * @param {import('node:test').TestContext} t
 * @param {string[]} args
 */
async function refused(t, args) {
  const { code, output, errors } = await startProcess(t, ['--db', temporaryFile(t), ...args]).ended;
  assert.equal(code, 1);
  assert.equal(output, '');
  return errors;
}

test('a config file that is not there', async (t) => {
  assert.equal(
    await refused(t, ['--config', 'nowhere.json']),
    'The collector did not start: nowhere.json cannot be read: there is no such file.\n',
  );
});

test('a config file that is not JSON', async (t) => {
  const file = temporaryFile(t, 'collector.json');
  writeFileSync(file, '{"apps": [,]}');
  const errors = await refused(t, ['--config', file]);
  assert.match(
    errors,
    /^The collector did not start: .*collector\.json is not valid JSON: .*\.\n$/,
  );
});

test('a config file with a mistake in it', async (t) => {
  const file = temporaryFile(t, 'collector.json');
  writeFileSync(file, '{"apps": []}');
  assert.equal(
    await refused(t, ['--config', file]),
    `The collector did not start: ${file}: apps must name at least one app.\n`,
  );
});

test('an invalid port', async (t) => {
  assert.equal(
    await refused(t, ['--port', '70000']),
    'The collector did not start: --port must be a number from 0 (any free one) to 65535, ' +
      'not "70000".\n',
  );
});

test('a port that is taken', async (t) => {
  const other = createServer();
  await new Promise((resolve) => other.listen(0, '127.0.0.1', () => resolve(null)));
  t.after(() => other.close());
  const { port } = /** @type {import('node:net').AddressInfo} */ (other.address());
  assert.equal(
    await refused(t, ['--port', String(port)]),
    'The collector did not start: its port is already in use; choose another with --port.\n',
  );
});

test('an unknown option', async (t) => {
  assert.match(await refused(t, ['--prot', '1']), /Unknown option '--prot'.*\nUsage: node main/s);
});

test('a file that is not a database', async (t) => {
  const file = temporaryFile(t);
  writeFileSync(
    file,
    'This is a text, and rather longer than the header of a database. '.repeat(9),
  );
  assert.equal(
    await refused(t, ['--db', file]),
    `The collector did not start: The database ${file} cannot be used: file is not a database.\n`,
  );
});

test('a folder that is not there', async (t) => {
  const errors = await refused(t, ['--db', temporaryFile(t, 'no/folder/events.sqlite')]);
  assert.match(errors, /^The collector did not start: The database .* cannot be used: .*\.\n$/);
});

test('--help exits with status 0', async (t) => {
  const { code, output } = await startProcess(t, ['--help']).ended;
  assert.equal(code, 0);
  assert.match(output, /^Usage: node main\.mjs/);
});
