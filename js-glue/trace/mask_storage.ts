/** Stand-ins for what is in storage. The names of keys and the form of a line are described in storage_keys.h. */

import { type MaskJson, maskJson, maskText } from './mask_json.js';
import { hash, type StandIns } from './stand_ins.js';

/** Of a key, or of the name of a lock: the prefix, the kind, the document and the rest. */
const KEY = /^(appizer\.\d+\.[\da-f]{8}\.)(?:([jl]\.))?([\da-z]{10})(\.[a-z]\d+)?$/;

/** The members of an early call (early_calls.h). */
const CALL: MaskJson = { events: ['n'] };
/** Members of a record (event.h). */
const RECORD: MaskJson = { events: ['event_name'], kept: ['ua', 'app_id'] };

export function maskKey(key: string, standIns: StandIns): string {
  const [, prefix, kind = '', document, rest = ''] = KEY.exec(key) ?? [];
  return document ? prefix + kind + standIns.of(document) + rest : key;
}

export const maskKeys = (keys: string, standIns: StandIns) =>
  keys
    .split('\n')
    .map((key) => maskKey(key, standIns))
    .join('\n');

export function maskValue(key: string, value: string, standIns: StandIns): string {
  const [, , kind, document, rest = ''] = KEY.exec(key) ?? [];
  if (document && kind === 'l.') return value;
  if (document && rest.startsWith('.c') && value.startsWith('{'))
    return maskJson(value, standIns, CALL);
  if (document)
    return value
      .split('\n')
      .map((line) => maskLine(line, standIns))
      .join('\n');
  const own = /(?:^|:)appizer\.\d+\.[\da-f]{8}\.([a-z]+)(\.[a-z])?$/.exec(key)?.[1];
  if (own === 'w' || own === 'c') return value;
  if (own === 'f') return maskJson(value, standIns);
  if (own === 's') return maskSession(value, standIns);
  // The user id, the text of a change of it, or another script's value under such a key.
  return maskText(value, standIns);
}

/** "<id> <time>[!][ <landing>]" or "- <time>[ <id>]". */
function maskSession(value: string, standIns: StandIns): string {
  const [, id = '', time = '', rest = ''] = /^(\S+)( -?\d+!?)(.*)$/s.exec(value) ?? [];
  if (!id) return standIns.of(value);
  const masked = rest.startsWith(' {')
    ? maskJson(rest, standIns)
    : rest.replace(/\S+/, (other) => standIns.of(other));
  return (id === '-' ? id : standIns.of(id)) + time + masked;
}

/** One record, whose checksum is that of the rest. */
function maskLine(line: string, standIns: StandIns): string {
  const [, sum = '', extras = '', json = ''] = /^([\da-f]{8})(\S+ )?(\{.*)$/is.exec(line) ?? [];
  if (!json) return line && standIns.of(line);
  const masked = extras + maskJson(json, standIns, RECORD);
  // A damaged one stays damaged.
  return (sum === hash(utf8(extras + json)) ? hash(utf8(masked)) : sum) + masked;
}

/** The bytes of a text in UTF-8, each as a character. */
function utf8(text: string): string {
  let bytes = '';
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return bytes;
}
