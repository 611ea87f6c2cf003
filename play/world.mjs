// @ts-check
/** The simulated world: the module, and its state as an object. */

/**
 * @typedef {{
 *   cached: number, document?: number, site?: number, state?: string, online?: boolean, user?: string, consent?: boolean,
 *   leader?: boolean, wake?: number,
 * }} Tab
 * @typedef {{ name: string, document: number, place: string, copies: number }} Entry
 * @typedef {{
 *   number: number, document: number, lane: string, records: number, status: number, stored: boolean, state: string,
 * }} Request
 * @typedef {{
 *   seed: number, plan: string, now: number, actions: number, done: number, next?: string, nextTab?: number,
 *   nextIn?: number, dueIn?: number, ended: boolean, asleep: boolean, networkUp: boolean, violation: string, tabs: Tab[],
 *   storage: { health: string, keys: { key: string, size: number }[] }, records: Entry[], stored: number,
 *   tracked: number, requests: Request[], invariants: { name: string, state: string }[], other: boolean, lines: string[],
 * }} State
 */

/** @param {BufferSource} bytes of play.wasm */
export async function openWorld(bytes) {
  const module = await WebAssembly.compile(bytes);
  /** @type {WebAssembly.Imports} */
  const imports = {};
  // What the standard library would ask a system for, which no world does.
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    /** @type {Record<string, () => number>} */ (imports[from])[name] = () => 0;
  }
  const { exports } = await WebAssembly.instantiate(module, imports);
  const play = /** @type {Record<string, (...all: number[]) => number>} */ (exports);
  const memory = /** @type {WebAssembly.Memory} */ (exports.memory);
  play._initialize?.();
  let lines = 0;

  const read = () => {
    const [at, size] = [play.play_output(), play.play_output_size()];
    return JSON.parse(new TextDecoder().decode(new Uint8Array(memory.buffer, at, size)));
  };

  play.play_buttons();
  /** @type {string[]} */
  const buttons = read();
  return {
    /** What can be done to it, by number. */
    buttons,
    /** @param {number} seed @param {boolean} [free] nothing happens but what is pressed */
    open(seed, free = false) {
      lines = 0;
      play.play_open(seed, Number(free));
    },
    /** The next thing happens. False if nothing does, as the plan of the seed is over, or a rule was violated. */
    step: () => play.play_step() !== 0,
    /** Time goes on beyond the plan. False if nothing is due. */
    liveOn: () => play.play_live_on() !== 0,
    /** @param {string} button @param {number} tab */
    press: (button, tab) => void play.play_press(buttons.indexOf(button), tab),
    /** All faults end, and everything is checked. */
    end: () => void play.play_end(),
    /** As if this rule had been violated, to see what the page makes of it. @param {string} violation */
    violate(violation) {
      const bytes = new TextEncoder().encode(violation);
      const at = play.play_input(bytes.length);
      new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
      play.play_violate();
    },
    /** How things stand, with the lines of the trace since it was last asked. @returns {State} */
    state() {
      play.play_state(lines);
      const state = read();
      lines += state.lines.length;
      return state;
    },
  };
}
