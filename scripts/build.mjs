/** `npm run build`: the tools, then the module, then the scripts that carry it, into `dist/`. */
import { setupOrExit } from './setup.mjs';
import { buildWasm } from './wasm.mjs';

setupOrExit('build', (text) => {
  // A build prints what it installs, not what was there already.
  if (!text.startsWith('found')) console.log(text);
});
buildWasm();
// Only now, as bundling needs packages that setting up may just have installed.
const { bundle } = await import('./bundle.mjs');
await bundle();
