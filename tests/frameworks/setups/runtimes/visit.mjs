// One visitor of a server, in Bun, Deno and Node.
import { AppizerWeb, nodeHost } from 'appizer-web';

const apiBase = (globalThis.Deno ? Deno.args : process.argv.slice(2)).at(-1);
const host = nodeHost({ apiKey: 'secret' });
const client = AppizerWeb.create({ appId: 'demo', apiBase, host });
client.setUserId('user_123');
client.trackEvent('report_sent', { rows: 30 });
const { pending } = await client.flush();
client.shutdown();
if (pending > 0) throw new Error(`${pending} pending`);
