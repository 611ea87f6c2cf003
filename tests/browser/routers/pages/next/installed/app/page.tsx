import { Plans } from './plans';
import { onServer } from './shop';

// Made anew for each visit: the API's address is known only when the server runs.
export const dynamic = 'force-dynamic';

export default function Page() {
  return (
    <>
      <pre id="server">{JSON.stringify(onServer())}</pre>
      <Plans api={process.env.API ?? ''} />
    </>
  );
}
