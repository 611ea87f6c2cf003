#!/usr/bin/env node
// @ts-check
/** `npx appizer-web <command>`: the exit code is that of the command, and 2 if there is no such command. */

/**
 * Each command's module, loaded only for it: what it is for, and its `run(args)`, which resolves with the exit code.
 *
 * @type {Record<string, { what: string, load: () => Promise<{ run: (args: string[]) => Promise<number> }> }>}
 */
const commands = {
  doctor: {
    what: '<url>: what is wrong on a page of your site',
    load: () => import('./command.mjs'),
  },
  replay: {
    what: '<file>: what a trace has recorded, on the core of this package',
    load: () => import('./replay.mjs'),
  },
  plan: {
    what: 'types | check | diff: the tracking plan',
    load: () => import('../dist/plan/command.mjs'),
  },
};

const usage = `Usage: npx appizer-web <command> [options]

${Object.entries(commands)
  .map(([name, { what }]) => `  npx appizer-web ${name} ${what}`)
  .join('\n')}

--help behind a command lists its options.`;

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (!command) {
  const help = name === '--help' || name === '-h';
  (help ? console.log : console.error)(
    help ? usage : `${name ? `There is no command "${name}".\n` : ''}${usage}`,
  );
  process.exitCode = help ? 0 : 2;
} else {
  command
    .load()
    .then(({ run }) => run(args))
    .then(
      (code) => {
        process.exitCode = code;
      },
      (error) => {
        console.error(error);
        process.exitCode = 2;
      },
    );
}
