/** Stand-ins within JSON, whose form, lengths and names stay. */

import { isUrl, maskName, maskUrl } from './mask_url.js';
import type { StandIns } from './stand_ins.js';

/** Members that only the SDK writes: no caller's property begins with "$". */
const OWN = /^\$(lib|lib_version|timestamp|sent_at|consent)$/;

export interface MaskJson {
  /** Whether numbers stay, as in the answer of a server. */
  numbers?: boolean;
  /** Members whose texts stay, as they are the site's, and down to which depth they do: 1 is the outermost object. */
  kept?: string[];
  depth?: number;
  /** Members that hold the name of an event. */
  events?: string[];
}

/** The kinds of its parts: strings, numbers, and all else. */
const TOKENS = /"(?:\\.|[^"\\])*"|-?\d[\d.eE+-]*|[^"\d-]+|./gs;

/** Masks a text that is, or begins as, JSON. */
export function maskJson(json: string, standIns: StandIns, how: MaskJson = {}): string {
  const tokens = json.match(TOKENS) ?? [];
  let member = '';
  let depth = 0;
  return tokens
    .map((token, i) => {
      if (token[0] === '"' && token.length > 1 && token.endsWith('"')) {
        const text = decoded(token);
        if (/^\s*:/.test(tokens[i + 1] ?? '')) {
          member = text;
          return reencoded(token, maskName(text, standIns));
        }
        if (OWN.test(member) || (depth <= (how.depth ?? 1) && how.kept?.includes(member)))
          return token;
        if (depth <= 1 && how.events?.includes(member))
          return reencoded(token, maskEvent(text, standIns));
        return reencoded(token, maskText(text, standIns));
      }
      depth += token.split('{').length - token.split('}').length;
      if (/^-?\d/.test(token)) return how.numbers ? token : maskNumber(token, standIns);
      // What was cut off inside of a string.
      return token[0] === '"'
        ? token
        : /[^\s{}[\],:]/.test(token) && !/^[^a-z]*(true|false|null)?[^a-z]*$/i.test(token)
          ? standIns.of(token)
          : token;
    })
    .join('');
}

/** Masks any text: as a URL if it is one. */
export function maskText(text: string, standIns: StandIns): string {
  // The view of a document: its number stays.
  const view = /^([\da-z]{10})(\.\d+)$/.exec(text);
  if (view) return standIns.of(view[1] as string) + view[2];
  return isUrl(text) ? maskUrl(text, standIns) : standIns.of(text);
}

/** The name of an event stays, as developers choose it, unless it has an address or a longer number in it. */
export function maskEvent(name: string, standIns: StandIns): string {
  return /^[\w $.:/-]*$/.test(name) && !/\d{4}/.test(name) ? name : standIns.of(name);
}

/** Its first digit is no 0 unless it is the only one, and the same number has the same stand-in as a text. */
function maskNumber(number: string, standIns: StandIns): string {
  const [, sign = '', digits = '', rest = ''] = /^(-?)(\d+)(.*)$/.exec(number) ?? [];
  // 0 and 1 are more often a switch than a number.
  if (/^[01]$/.test(digits) && !rest) return number;
  const masked = standIns.of(digits);
  const first = digits.length > 1 && masked[0] === '0' ? '1' : masked[0];
  return `${sign}${first}${masked.slice(1)}${rest.replace(/^\.\d+/, (part) => standIns.of(part))}`;
}

/** Two UTF-16 units of a string may be one in JSON, and one may be six. */
const UNITS = /\\u[\da-f]{4}|\\.|[^\\]/gis;

const ESCAPED: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function decoded(token: string): string {
  return (token.slice(1, -1).match(UNITS) ?? []).map(unitOf).join('');
}

function unitOf(unit: string): string {
  if (unit[0] !== '\\' || unit.length === 1) return unit;
  if (unit.length === 6) return String.fromCharCode(Number.parseInt(unit.slice(2), 16));
  const letter = unit[1] as string;
  return ESCAPED[letter] ?? letter;
}

/** `text` in the place of what the token says: what was an escape is one again. */
function reencoded(token: string, text: string): string {
  let at = 0;
  const units = (token.slice(1, -1).match(UNITS) ?? []).map((unit) => {
    const now = text[at++] as string;
    if (unit.length === 6) return `\\u${now.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return unit[0] === '\\' ? unit : now;
  });
  return `"${units.join('')}"`;
}
