/** Traces every client of a build. */

import type { Build } from '../api/build.js';
import type { Core } from '../bridge/core.js';
import { type Recording, type Room, record } from './record.js';
import { type Recorded, textOfFile, traceOf } from './save.js';
import type { SaveOptions, Trace } from './types.js';

export interface Tools {
  /** A build whose clients are traced. */
  watch(build: Build): Build;
  trace(): Trace;
}

export function openTools(): Tools {
  const room: Room = { steps: 0, characters: 0 };
  const recorded: Recorded[] = [];
  let sdk = '';

  const taken = (core: Core, build: Build): Core => {
    const { WebAssembly } = globalThis;
    const wasm = !!WebAssembly && core.exports.memory instanceof WebAssembly.Memory;
    const recording: Recording = { steps: [], lost: 0, wasm };
    recorded.push({ recording, fresh: () => build.coreLater(wasm, async () => {}) });
    return record(core, recording, room);
  };

  const trace: Trace = {
    get steps() {
      return room.steps;
    },
    get lost() {
      return recorded.reduce((sum, { recording }) => sum + recording.lost, 0);
    },
    async save({ mask = true, file }: SaveOptions = {}) {
      const text = textOfFile(await traceOf(recorded, mask !== false, sdk));
      if (file) download(text, file);
      return text;
    },
  };

  return {
    watch(build) {
      sdk = build.version;
      return {
        ...build,
        core: () => taken(build.core(), build),
        coreLater: async (complete, pause) => taken(await build.coreLater(complete, pause), build),
        more: { trace: () => trace },
      };
    },
    trace: () => trace,
  };
}

function download(text: string, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 0);
}
