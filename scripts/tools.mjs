/**
 * The tools this repository uses, what each is for, and where it may be. Finding one looks at file
 * names only, so that checking all of them takes milliseconds.
 */
import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** The first of these programs that is on PATH, as a full path. */
export function which(...names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        if (statSync(path).isFile()) return path;
      } catch {
        // Not here.
      }
    }
  }
  return undefined;
}

/** Paths that match a pattern whose `*` stands for one whole folder or file name. */
export function glob(pattern) {
  let found = ['/'];
  for (const part of pattern.split('/').filter(Boolean)) {
    const matches = part.includes('*')
      ? (name) => new RegExp(`^${part.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(name)
      : undefined;
    found = found.flatMap((folder) => {
      if (!matches) return existsSync(join(folder, part)) ? [join(folder, part)] : [];
      try {
        return readdirSync(folder)
          .filter(matches)
          .map((name) => join(folder, name));
      } catch {
        return [];
      }
    });
  }
  return found;
}

/** A C++ header below any include folder that a compiler may be given. */
export function header(name) {
  const listed = ['CPATH', 'CPLUS_INCLUDE_PATH'].flatMap((key) => split(process.env[key]));
  const prefixes = [
    ...split(process.env.CMAKE_PREFIX_PATH),
    ...split(process.env.PATH).map(dirname), // a package manager's `bin` has its `include` beside it
    '/usr',
    '/usr/local',
  ];
  return [...listed, ...prefixes.map((prefix) => join(prefix, 'include'))]
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

const split = (list) => (list ?? '').split(delimiter).filter(Boolean);

// A sanitizer library belongs to one clang, and lies below that clang's own folder.
function fuzzerLibrary() {
  const clang = which('clang++');
  if (!clang) return undefined;
  const lib = join(dirname(dirname(realpathSync(clang))), 'lib', 'clang');
  return glob(join(lib, '*', 'lib', '*', 'libclang_rt.fuzzer*')).at(0);
}

// The emsdk brings the tools of Binaryen, but puts only Emscripten itself on PATH.
function binaryen(name) {
  const found = which(name);
  const emxx = which('em++');
  if (found || !emxx) return found;
  return glob(join(dirname(dirname(realpathSync(emxx))), 'bin', name)).at(0);
}

/** A tool of Binaryen, as a full path, for those who cannot do without. @param {string} name */
export function needBinaryen(name) {
  const path = binaryen(name);
  if (!path) {
    throw new Error(`${name} is neither on PATH nor beside Emscripten: run \`npm run setup\`.`);
  }
  return path;
}

/** The browser of WebKitGTK: its driver can start no other. */
export function miniBrowser() {
  const folders = ['/usr/lib/*', '/usr/lib', '/usr/lib64', '/usr/libexec'];
  return folders.flatMap((folder) => glob(`${folder}/webkit2gtk-4.*/MiniBrowser`)).at(0);
}

/** Where the named tool of the table is; undefined if it is not installed. */
export const findTool = (name) => tools.find((tool) => tool.name === name)?.find();

/** PostgreSQL's server: not on PATH in Debian, but beside its other versions. */
const postgresServer = () => glob('/usr/lib/postgresql/*/bin/postgres').at(-1) ?? which('postgres');

const program =
  (...names) =>
  () =>
    which(...names);

/**
 * `group` says who needs it: `build` to make the package, `test` to check it, `cluster` to run the collector's cluster
 * on this machine. `apt` is what Debian and Ubuntu call it.
 */
export const tools = [
  {
    name: 'em++',
    group: 'build',
    why: 'compiles the core to WebAssembly',
    find: program('em++'),
    apt: 'emscripten',
    elsewhere:
      'install the emsdk (https://emscripten.org/docs/getting_started) and put em++ on PATH',
  },
  {
    name: 'nlohmann/json',
    group: 'build',
    why: "headers; the core's JSON reader stands on its lexer",
    find: () => header('nlohmann/json.hpp'),
    apt: 'nlohmann-json3-dev',
  },
  { name: 'cmake', group: 'build', why: 'describes every C++ build', find: program('cmake') },
  {
    name: 'ninja or make',
    group: 'build',
    why: 'runs the C++ builds',
    find: program('ninja', 'make'),
    apt: 'ninja-build',
  },
  {
    name: 'wasm2js',
    group: 'build',
    why: 'makes plain JavaScript of the module, for pages that refuse WebAssembly',
    find: () => binaryen('wasm2js'),
    apt: 'binaryen',
  },
  {
    name: 'C++ compiler',
    group: 'test',
    why: 'compiles the core natively, for the unit tests and the simulation',
    find: program('g++', 'c++', 'clang++'),
    apt: 'g++',
  },
  { name: 'clang', group: 'test', why: 'compiles the fuzzers', find: program('clang++') },
  {
    name: 'libFuzzer',
    group: 'test',
    why: 'drives the fuzzers; comes with the sanitizers of clang',
    find: fuzzerLibrary,
    apt: 'libclang-rt-dev',
  },
  {
    name: 'Catch2',
    group: 'test',
    why: 'headers; the framework of the unit tests, version 2 or 3',
    find: () => header('catch2/catch.hpp') ?? header('catch2/catch_all.hpp'),
    apt: 'catch2',
  },
  {
    name: 'clang-format',
    group: 'test',
    why: 'checks the shape of the C++',
    find: program('clang-format'),
  },
  {
    name: 'wasm-objdump',
    group: 'test',
    why: 'reads what the module imports and exports',
    find: program('wasm-objdump'),
    apt: 'wabt',
  },
  {
    name: 'Chromium',
    group: 'test',
    why: 'the browser tests',
    find: program('chromium', 'chromium-browser', 'google-chrome'),
    apt: 'chromium',
  },
  {
    name: 'Firefox',
    group: 'test',
    why: 'the browser tests',
    find: program('firefox-esr', 'firefox'),
    apt: 'firefox-esr',
  },
  {
    name: 'WebKitGTK',
    group: 'test',
    why: 'the browser tests; what comes closest to Safari here',
    find: () => which('WebKitWebDriver') && miniBrowser(),
    apt: 'webkit2gtk-driver',
  },
  {
    name: 'Xvfb',
    group: 'test',
    why: 'a screen for WebKitGTK, which has no headless mode',
    find: program('Xvfb'),
    apt: 'xvfb',
  },
  {
    name: 'python3',
    group: 'test',
    why: 'runs the examples written in Python',
    find: program('python3'),
  },
  {
    name: 'curl',
    group: 'test',
    why: 'runs the examples written for the shell',
    find: program('curl'),
  },
  {
    name: 'NATS',
    group: 'cluster',
    why: "JetStream, the durable log of the collector's cluster",
    find: () => which('nats-server') ?? glob('/usr/sbin/nats-server').at(0),
    apt: 'nats-server',
  },
  {
    name: 'ClickHouse',
    group: 'cluster',
    why: "stores the events of the collector's cluster",
    find: () => which('clickhouse-server') ?? glob('/usr/sbin/clickhouse-server').at(0),
    apt: 'clickhouse-server',
  },
  {
    name: 'ZooKeeper',
    group: 'cluster',
    why: 'keeps the replicas of ClickHouse together; runs in Java',
    find: () => which('java') && glob('/usr/share/java/zookeeper.jar').at(0),
    apt: 'zookeeper',
  },
  {
    name: 'PostgreSQL',
    group: 'cluster',
    why: "stores the users of the collector's cluster",
    find: postgresServer,
    apt: 'postgresql',
  },
];
