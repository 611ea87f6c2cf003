/** The header that says whose a request is. */

import type { Context } from '../api/types.js';

/** Its value: visitor, session and view, each encoded as part of a URL, separated by spaces; the last two may be empty. */
export const VISITOR_HEADER = 'appizer-visitor';

const MEMBERS = 3;
/** Longer ones are not read: no id of the SDK's is longer than 255 bytes. */
const LONGEST = 2048;

export const headerOf = ({ userId, sessionId, viewId }: Context): string | undefined =>
  userId && [userId, sessionId, viewId].map((id) => encodeURIComponent(id ?? '')).join(' ');

/** What a header says; nothing where it is none of ours. */
export function contextIn(header: string): Partial<Context> {
  const pieces = header.split(' ');
  if (header.length > LONGEST || pieces.length !== MEMBERS || !pieces[0]) return {};
  try {
    const [userId, sessionId, viewId] = pieces.map((one) => decodeURIComponent(one) || undefined);
    return { userId, sessionId, viewId };
  } catch {
    return {};
  }
}
