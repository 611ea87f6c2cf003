// As docs/frameworks/workers.md has it. Nothing random may be made outside of a request here.
import { AppizerWeb, nodeHost } from 'appizer-web';

export default {
  async fetch(request, _env, context) {
    const client = AppizerWeb.create({
      appId: 'demo',
      apiBase: new URL(request.url).searchParams.get('api'),
      host: nodeHost({ apiKey: 'secret' }),
    });
    client.setUserId('user_123');
    client.trackEvent('report_sent', { rows: 30 });
    context.waitUntil(client.flush().then(() => client.shutdown()));
    return new Response('sent');
  },
};
