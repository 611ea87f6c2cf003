/** Makes the file of a trace. */

import { stringify } from '../api/natives.js';
import type { Core } from '../bridge/core.js';
import { openMask } from './mask.js';
import type { Recording } from './record.js';
import { isAlike, isSame, repeat, stepText } from './rerun.js';
import { openStandIns } from './stand_ins.js';
import { type ClientTrace, FORMAT, FORMAT_VERSION, type Step, type TraceFile } from './types.js';

/** What the page had of each client; `fresh` makes a core like the client's own that has not run yet. */
export interface Recorded {
  recording: Recording;
  fresh: () => Promise<Core>;
}

/**
 * The trace of clients that go on meanwhile: what they do from now on is not in it.
 *
 * With `mask` the file has none of what the page's core gave out. Stand-ins take the place of what went in, a core that
 * has not run yet gets that, and what it makes of it is what the file says: so it is what any such core makes of the
 * file's inputs, byte for byte. Whether it is also what the page's core did, but for the stand-ins, is found out step
 * by step, and `unlike` names the steps where it is not.
 */
export async function traceOf(
  recorded: Recorded[],
  mask: boolean,
  sdk: string,
): Promise<TraceFile> {
  let clients = await rerun(recorded, mask);
  // A stand-in may mean something by chance: other ones then do not.
  for (
    let tries = 1;
    mask && tries < TRIES && clients.some(({ unlike }) => unlike.length > 0);
    ++tries
  ) {
    const others = await rerun(recorded, mask);
    if (countUnlike(others) < countUnlike(clients)) clients = others;
  }
  return {
    format: FORMAT,
    version: FORMAT_VERSION,
    sdk,
    core: recorded.every(({ recording }) => recording.wasm) ? 'wasm' : 'fallback',
    saved: new Date().toISOString(),
    masked: mask,
    clients,
  };
}

const TRIES = 4;

const countUnlike = (clients: ClientTrace[]) =>
  clients.reduce((sum, { unlike }) => sum + unlike.length, 0);

async function rerun(recorded: Recorded[], mask: boolean): Promise<ClientTrace[]> {
  const standIns = openStandIns();
  const clients: ClientTrace[] = [];
  for (const { recording, fresh } of recorded) {
    // One that came too late to be used has none.
    if (recording.steps.length === 0) continue;
    const steps = [...recording.steps];
    const lost = recording.lost;
    clients.push({ ...again(steps, await fresh(), mask ? openMask(standIns) : undefined), lost });
  }
  return clients;
}

function again(
  steps: Step[],
  core: Core,
  mask: ReturnType<typeof openMask> | undefined,
): Pick<ClientTrace, 'steps' | 'unlike'> {
  const unlike: number[] = [];
  const made = steps.map((step, i) => {
    const given = mask && step[0] === 'input' ? mask.input(step) : step;
    const made = repeat(core, given);
    mask?.output(step, made);
    if (!(mask ? isAlike(step, made) : isSame(step, made))) unlike.push(i);
    // Unmasked, the file says what happened in the page.
    return mask ? made : step;
  });
  return { steps: made, unlike };
}

/** A step a line, so that two files can be compared by any tool. */
export function textOfFile({ clients, ...head }: TraceFile): string {
  const lines = clients.map(({ steps, lost, unlike }) => {
    const all = steps.map((step) => `      ${stepText(step)}`).join(',\n');
    return `    {"lost": ${lost}, "unlike": ${stringify(unlike)}, "steps": [\n${all}\n    ]}`;
  });
  const begin = stringify(head, undefined, 2).replace(/\n}$/, '');
  return `${begin},\n  "clients": [\n${lines.join(',\n')}\n  ]\n}\n`;
}
