// @ts-check
/**
 * NATS, ClickHouse with ZooKeeper, and PostgreSQL on loopback, from Debian's packages: each node with a folder and ports
 * of its own. They run as the current user; PostgreSQL refuses to run as root, and then runs as its own user.
 *
 * @typedef {object} Engine one process that can be killed and started again on its data
 * @property {string} name
 * @property {number} port on which it serves
 * @property {() => Promise<void>} start resolves when it answers
 * @property {(signal?: NodeJS.Signals) => Promise<void>} kill
 * @property {() => string} log the end of what it has written
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findTool } from '../tools.mjs';
import { end } from './processes.mjs';

/** Time in which an engine has to answer after its start. */
const startMs = 60_000;

/** Tools of the engines, by the names in scripts/tools.mjs. */
const needed = ['NATS', 'ClickHouse', 'ZooKeeper', 'PostgreSQL'];

/** The Debian packages that are missing; empty where everything is there. @param {boolean} withZookeeper */
export function missingEngines(withZookeeper = true) {
  return needed.filter((name) => (withZookeeper || name !== 'ZooKeeper') && !findTool(name));
}

/** Everything that runs, so that nothing outlives this process. @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * @param {object} sizes
 * @param {1 | 3} sizes.nats nodes
 * @param {1 | 3} sizes.clickhouse nodes; with three there are three of ZooKeeper too
 */
export async function startEngines({ nats: natsNodes, clickhouse: clickhouseNodes }) {
  const folder = mkdtempSync(join(tmpdir(), 'appizer-cluster-'));
  // PostgreSQL's user must be able to reach its own folder in it.
  chmodSync(folder, 0o711);
  const nats = await natsCluster(folder, natsNodes);
  const zookeepers = clickhouseNodes > 1 ? await zookeeperEnsemble(folder, clickhouseNodes) : [];
  const clickhouse = await clickhouseReplicas(folder, clickhouseNodes, zookeepers);
  const postgres = await postgresServer(folder);
  const all = [...nats, ...zookeepers, ...clickhouse, postgres];
  try {
    await Promise.all([...nats, ...zookeepers, postgres].map((engine) => engine.start()));
    // ClickHouse gives up where it finds no ZooKeeper.
    await Promise.all(clickhouse.map((engine) => engine.start()));
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    ...{ folder, nats, zookeepers, clickhouse, postgres, stop },

    /** What `store` in collector.json says. */
    settings: {
      kind: /** @type {const} */ ('cluster'),
      nats: nats.map(({ port }) => `nats://127.0.0.1:${port}`),
      clickhouse: clickhouse.map(({ port }) => `http://127.0.0.1:${port}`),
      postgres: `postgres://appizer@127.0.0.1:${postgres.port}/postgres`,
    },
  };

  async function stop() {
    await Promise.all(all.map((engine) => engine.kill('SIGKILL')));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** @param {string} folder @param {number} count */
async function natsCluster(folder, count) {
  const ports = await freePorts(count * 2);
  const routes = ports.slice(count);
  return ports.slice(0, count).map((port, i) => {
    const home = join(folder, `nats-${i + 1}`);
    const cluster =
      count === 1
        ? ''
        : `cluster { name: appizer, listen: 127.0.0.1:${routes[i]}, routes: [${routes
            .map((route) => `nats://127.0.0.1:${route}`)
            .join(', ')}] }`;
    const config = write(
      home,
      'nats.conf',
      `server_name: n${i + 1}
listen: 127.0.0.1:${port}
max_payload: 8MB
jetstream { store_dir: "${home}/data", max_mem: 64MB, max_file: 64GB }
${cluster}
`,
    );
    return engine({ name: `NATS ${i + 1}`, home, port, command: [tool('NATS'), '-c', config] });
  });
}

/** @param {string} folder @param {number} count */
async function zookeeperEnsemble(folder, count) {
  const ports = await freePorts(count * 3);
  const servers = Array.from(
    { length: count },
    (_, i) => `server.${i + 1}=127.0.0.1:${ports[count + i]}:${ports[2 * count + i]}`,
  );
  return ports.slice(0, count).map((port, i) => {
    const home = join(folder, `zookeeper-${i + 1}`);
    write(join(home, 'data'), 'myid', `${i + 1}\n`);
    const config = write(
      home,
      'zoo.cfg',
      `tickTime=1000
initLimit=20
syncLimit=10
dataDir=${home}/data
clientPort=${port}
clientPortAddress=127.0.0.1
admin.enableServer=false
autopurge.purgeInterval=1
${servers.join('\n')}
`,
    );
    const jvm = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
    const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
    const path = `/etc/zookeeper/conf:${tool('ZooKeeper')}`;
    const command = ['java', ...jvm, `-Dzookeeper.log.dir=${home}`, '-cp', path, main, config];
    return engine({ name: `ZooKeeper ${i + 1}`, home, port, command });
  });
}

/** @param {string} folder @param {number} count @param {Engine[]} zookeepers */
async function clickhouseReplicas(folder, count, zookeepers) {
  const ports = await freePorts(count * 3);
  const zookeeper =
    zookeepers.length === 0
      ? ''
      : `<zookeeper>${zookeepers
          .map(
            ({ port }, i) =>
              `<node index="${i + 1}"><host>127.0.0.1</host><port>${port}</port></node>`,
          )
          .join('')}<session_timeout_ms>10000</session_timeout_ms></zookeeper>`;
  return ports.slice(0, count).map((port, i) => {
    const home = join(folder, `clickhouse-${i + 1}`);
    for (const name of ['tmp', 'user_files', 'format_schemas']) {
      mkdirSync(join(home, name), { recursive: true });
    }
    const users = write(
      home,
      'users.xml',
      `<yandex>
<profiles><default><max_memory_usage>4000000000</max_memory_usage></default></profiles>
<users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
<quotas><default></default></quotas>
</yandex>
`,
    );
    const config = write(
      home,
      'config.xml',
      `<yandex>
<logger><level>warning</level><log>${home}/server.log</log><errorlog>${home}/error.log</errorlog></logger>
<http_port>${port}</http_port><tcp_port>${ports[count + i]}</tcp_port>
<interserver_http_port>${ports[2 * count + i]}</interserver_http_port><interserver_http_host>127.0.0.1</interserver_http_host>
<listen_host>127.0.0.1</listen_host>
<path>${home}/</path><tmp_path>${home}/tmp/</tmp_path><user_files_path>${home}/user_files/</user_files_path>
<format_schema_path>${home}/format_schemas/</format_schema_path>
<users_config>${users}</users_config><default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>268435456</mark_cache_size><max_concurrent_queries>100</max_concurrent_queries><timezone>UTC</timezone>
<macros><shard>1</shard><replica>c${i + 1}</replica></macros>
${zookeeper}
</yandex>
`,
    );
    const command = [tool('ClickHouse'), `--config-file=${config}`];
    return engine({ name: `ClickHouse ${i + 1}`, home, port, command });
  });
}

/** @param {string} folder @returns {Promise<Engine>} */
async function postgresServer(folder) {
  const [port = 0] = await freePorts(1);
  const home = join(folder, 'postgres');
  const data = join(home, 'data');
  mkdirSync(data, { recursive: true });
  const owner = process.getuid?.() === 0 ? accountOf('postgres') : undefined;
  if (owner) for (const path of [home, data]) chownSync(path, owner.uid, owner.gid);
  chmodSync(data, 0o700);
  const server = tool('PostgreSQL');
  const initdb = join(server, '..', 'initdb');
  const args = ['-D', data, '-U', 'appizer', '--auth=trust', '--encoding=UTF8', '--locale=C'];
  const made = spawnSync(initdb, args, { ...owner, cwd: home, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr || made.error?.message}`);
  const options = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=32MB'];
  const command = [server, '-D', data, '-p', `${port}`, ...options.flatMap((one) => ['-c', one])];
  return engine({ name: 'PostgreSQL', home, port, command, owner });
}

/**
 * @param {object} parts
 * @param {string} parts.name @param {string} parts.home @param {number} parts.port @param {string[]} parts.command
 * @param {{ uid: number, gid: number }} [parts.owner]
 * @returns {Engine}
 */
function engine({ name, home, port, command, owner }) {
  const file = join(home, 'output.log');
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  const log = () => (existsSync(file) ? readFileSync(file, 'utf8').slice(-2000) : '');

  return {
    name,
    port,
    log,

    async start() {
      const [program = '', ...args] = command;
      const out = openSync(file, 'a');
      const one = spawn(program, args, { cwd: home, stdio: ['ignore', out, out], ...owner });
      closeSync(out);
      child = one;
      running.add(one);
      /** @type {Error | undefined} */
      let failure;
      one.on('error', (error) => {
        failure = error;
      });
      one.on('exit', () => running.delete(one));
      for (const end = Date.now() + startMs; ; await sleep(50)) {
        if (failure) throw failure;
        if (one.exitCode !== null || one.signalCode !== null || Date.now() > end) {
          throw new Error(`${name} did not start:\n${log()}`);
        }
        if (await answers(port)) return;
      }
    },

    async kill(signal = 'SIGKILL') {
      const one = child;
      child = undefined;
      await end(one, signal);
    },
  };
}

/** @param {number} port @returns {Promise<boolean>} */
const answers = (port) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });

/** @param {number} count @returns {Promise<number[]>} different ones, all held until all are known */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map(
    (server) => /** @type {import('node:net').AddressInfo} */ (server.address()).port,
  );
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** @param {string} name */
function accountOf(name) {
  const line = readFileSync('/etc/passwd', 'utf8').match(new RegExp(`^${name}:.*$`, 'm'))?.[0];
  const [, , uid, gid] = line?.split(':') ?? [];
  if (!uid || !gid) throw new Error(`There is no user "${name}", and PostgreSQL refuses root.`);
  return { uid: Number(uid), gid: Number(gid) };
}

/** @param {string} folder @param {string} name @param {string} text @returns {string} its path */
function write(folder, name, text) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** @param {string} name @returns {string} */
function tool(name) {
  const path = findTool(name);
  if (!path) throw new Error(`${name} is missing: run \`npm run setup cluster\`.`);
  return path;
}
