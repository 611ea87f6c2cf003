import { firstParty } from 'appizer-web/server';

const handle = firstParty({
  path: '/shop-data',
  origins: [process.env.NEXT_PUBLIC_SITE ?? ''],
  apiBase: process.env.API,
  scriptBase: process.env.CDN,
});

export async function GET(request: Request) {
  return (await handle(request)) ?? new Response(null, { status: 404 });
}
export const POST = GET;
