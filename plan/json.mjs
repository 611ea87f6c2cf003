/**
 * JSON with places: a value and where in the text each part of it stands, so that a mistake in a plan can be shown by
 * line and column. Names that are there twice are mistakes too; `JSON.parse` would drop the first silently.
 *
 * @typedef {(string | number)[]} Path
 * @typedef {{ value: unknown, placeOf: (path: Path) => string }} Parsed
 */

/** A mistake in a file or in a call; its message is for the author of it. */
export class PlanError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'PlanError';
  }
}

const deepest = 100;
const longest = 8 * 1024 * 1024;

const blank = /[ \t\r\n]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids these in a string
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * @param {string} text @param {string} file its name, for messages
 * @returns {Parsed}
 */
export function parseJson(text, file) {
  if (text.length > longest) throw new PlanError(`${file} is larger than 8 MB.`);
  /** @type {Map<string, number>} */
  const starts = new Map();
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  const value = read([]);
  skip();
  if (at < text.length) fail('The JSON ends here, but the file goes on');
  return {
    value,
    placeOf: (path) => {
      // What is missing has no place of its own: that of what should hold it.
      for (let length = path.length; length >= 0; length -= 1) {
        const start = starts.get(JSON.stringify(path.slice(0, length)));
        if (start !== undefined) return place(start);
      }
      return file;
    },
  };

  /** @param {Path} path @returns {unknown} */
  function read(path) {
    if (path.length > deepest) fail(`There are more than ${deepest} levels`);
    skip();
    starts.set(JSON.stringify(path), at);
    if (text[at] === '{') return readObject(path);
    if (text[at] === '[') return readArray(path);
    const token = match(string) ?? match(scalar);
    if (token === undefined) fail('A value is expected here');
    return JSON.parse(token);
  }

  /** @param {Path} path */
  function readObject(path) {
    const object = {};
    at += 1;
    for (let first = true; !closes('}', first); first = false) {
      skip();
      const start = at;
      const token = match(string);
      if (token === undefined) fail('A name in double quotes is expected here');
      const name = JSON.parse(token);
      if (Object.hasOwn(object, name)) {
        at = start;
        fail(`The name ${token} is there twice`);
      }
      skip();
      if (text[at] !== ':') fail(`A colon is expected after ${token}`);
      at += 1;
      const member = read([...path, name]);
      // Assigning to `__proto__` would be something else.
      Object.defineProperty(object, name, {
        value: member,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      // A member is found by its name rather than by its value.
      starts.set(JSON.stringify([...path, name]), start);
    }
    return object;
  }

  /** @param {Path} path */
  function readArray(path) {
    /** @type {unknown[]} */
    const items = [];
    at += 1;
    for (let first = true; !closes(']', first); first = false) {
      items.push(read([...path, items.length]));
    }
    return items;
  }

  /** Whether the object or the array ends; else the comma has been read. @param {string} end @param {boolean} first */
  function closes(end, first) {
    skip();
    if (text[at] === end) {
      at += 1;
      return true;
    }
    if (first) return false;
    if (text[at] !== ',') fail(`A comma or ${end} is expected here`);
    at += 1;
    skip();
    if (text[at] === end) fail('There must be no comma before the end');
    return false;
  }

  /** @param {RegExp} pattern */
  function match(pattern) {
    pattern.lastIndex = at;
    const [token] = pattern.exec(text) ?? [];
    if (token) at += token.length;
    return token;
  }

  function skip() {
    match(blank);
    if (text.startsWith('//', at) || text.startsWith('/*', at)) fail('JSON has no comments');
  }

  /** @param {number} offset */
  function place(offset) {
    const lines = text.slice(0, offset).split('\n');
    return `${file}:${lines.length}:${(lines.at(-1) ?? '').replace('\uFEFF', '').length + 1}`;
  }

  /** @param {string} message @returns {never} */
  function fail(message) {
    throw new PlanError(`${place(at)}: ${message}.`);
  }
}

/** A path as it is written in JavaScript: `events.plan_chosen.required[0]`. @param {Path} path */
export const written = (path) =>
  path
    .map((step, i) => {
      if (typeof step === 'number') return `[${step}]`;
      if (/^[\w$]+$/.test(step)) return i === 0 ? step : `.${step}`;
      return `[${JSON.stringify(step)}]`;
    })
    .join('');
