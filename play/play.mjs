// @ts-check
/** The page's controls. `#seed=4711` opens that seed, `#seed=4711&free` without its plan. */
import { show, showTrace } from './picture.mjs';
import { openWorld } from './world.mjs';

/** Steps of one turn, so that the page stays responsive. */
const MOST_AT_ONCE = 200;

/** @template {HTMLElement} T @param {string} id @returns {T} */
const control = (id) => /** @type {T} */ (document.getElementById(id));
const seed = /** @type {HTMLInputElement} */ (control('seed'));
const free = /** @type {HTMLInputElement} */ (control('free'));
const run = /** @type {HTMLButtonElement} */ (control('run'));
const speed = /** @type {HTMLSelectElement} */ (control('speed'));

const world = await openWorld(await (await fetch('play.wasm')).arrayBuffer());
let running = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

const chosen = () =>
  Number(
    /** @type {HTMLInputElement | null} */ (document.querySelector('[name=tab]:checked'))?.value ??
      0,
  );

function refresh(anew = false) {
  const state = world.state();
  show(state, anew ? 0 : chosen());
  showTrace(state.lines, anew);
  const over = state.ended || state.violation !== '';
  for (const button of document.querySelectorAll('#buttons button, #step, #end, #run')) {
    /** @type {HTMLButtonElement} */ (button).disabled = over;
  }
  if (over) setRunning(false);
  return state;
}

/** False once nothing more happens by itself. */
const stepOnce = () => world.step() || world.liveOn();

/** @param {boolean} on */
function setRunning(on) {
  running = on;
  run.setAttribute('aria-pressed', String(on));
  run.textContent = on ? 'Pause' : 'Run';
  clearTimeout(timer);
  if (on) turn();
}

function turn() {
  const rate = Number(speed.value);
  const steps = Math.min(Math.max(1, Math.round(rate / 30)), MOST_AT_ONCE);
  let goesOn = true;
  for (let i = 0; i < steps && goesOn; ++i) {
    // A plan that is over ends with the check, unless only the buttons act.
    goesOn = world.step() || (free.checked && world.liveOn());
  }
  if (!goesOn && !free.checked) world.end();
  refresh();
  if (!goesOn) setRunning(false);
  if (running) timer = setTimeout(turn, (1000 * steps) / rate);
}

function open() {
  setRunning(false);
  world.open(Number(seed.value), free.checked);
  refresh(true);
}

control('open').addEventListener('submit', (event) => {
  event.preventDefault();
  const { value } = seed;
  history.replaceState(null, '', `#seed=${value}${free.checked ? '&free' : ''}`);
  open();
});
control('step').addEventListener('click', () => {
  setRunning(false);
  stepOnce();
  refresh();
});
run.addEventListener('click', () => setRunning(!running));
control('end').addEventListener('click', () => {
  world.end();
  refresh();
});
for (const name of world.buttons) {
  const button = Object.assign(document.createElement('button'), {
    type: 'button',
    textContent: name,
  });
  button.addEventListener('click', () => {
    world.press(name, chosen());
    refresh();
  });
  control('buttons').append(button);
}

function readAddress() {
  const wishes = new URLSearchParams(location.hash.slice(1));
  const wanted = wishes.get('seed') ?? '1';
  if (/^\d{1,15}$/.test(wanted)) seed.value = wanted;
  free.checked = wishes.has('free');
  open();
}
addEventListener('hashchange', readAddress);
readAddress();
document.documentElement.dataset.ready = '';
