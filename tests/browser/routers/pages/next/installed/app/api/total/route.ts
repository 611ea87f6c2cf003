import { onServer } from '../../shop';

export const dynamic = 'force-dynamic';

export function GET() {
  return Response.json(onServer());
}
