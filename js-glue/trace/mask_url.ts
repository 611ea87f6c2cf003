/** Stand-ins for a URL: its scheme and host, the names of its parameters and its punctuation stay. */

import type { StandIns } from './stand_ins.js';

/** Whether a text is a URL, or the path of one. */
export const isUrl = (text: string) => /^([a-z][a-z\d+.-]*:\/\/|\/)/i.test(text);

/** Ends of files by which a link to a download is known. */
const ENDING = /\.[a-z\d]{1,5}$/i;

export function maskUrl(url: string, standIns: StandIns): string {
  // What the site has sanitized is marked (sanitize.ts).
  if (url < ' ' && url) return url[0] + maskUrl(url.slice(1), standIns);
  const [, begin = '', user = '', host = '', rest = ''] =
    /^([a-z][a-z\d+.-]*:\/\/)?([^/?#@]*@)?([^/?#]*)(.*)$/is.exec(url) ?? [];
  // Without a scheme it is a path, or what follows a host.
  if (!begin && host && !/^[/?#]/.test(url)) return maskPart(url, standIns);
  const [, path = '', query = '', hash = ''] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(rest) ?? [];
  return (
    begin +
    maskPart(user, standIns) +
    host +
    maskPath(path, standIns) +
    maskPairs(query, standIns) +
    maskHash(hash, standIns)
  );
}

function maskPath(path: string, standIns: StandIns): string {
  return path.replace(/[^/;&]+/g, (part) => {
    const ending = ENDING.exec(part)?.[0] ?? '';
    return maskPart(part.slice(0, part.length - ending.length), standIns) + ending;
  });
}

/** Names stay, values do not; a piece without a name counts as a value. */
function maskPairs(query: string, standIns: StandIns): string {
  const begin = /^[?#]/.test(query) ? 1 : 0;
  const pieces = query
    .slice(begin)
    .split('&')
    .map((piece) => {
      const equals = piece.indexOf('=');
      if (equals < 0) return maskPart(piece, standIns);
      return `${maskName(piece.slice(0, equals), standIns)}=${maskPart(piece.slice(equals + 1), standIns)}`;
    });
  return query.slice(0, begin) + pieces.join('&');
}

function maskHash(hash: string, standIns: StandIns): string {
  const mark = hash.indexOf('?');
  const before = mark < 0 ? hash : hash.slice(0, mark);
  const masked = before.includes('=')
    ? maskPairs(before, standIns)
    : before.replace(/[^/;#!]+/g, (part) => maskPart(part, standIns));
  return masked + (mark < 0 ? '' : maskPairs(hash.slice(mark), standIns));
}

/** A name that a developer has chosen. */
const NAME = /^[\w.$[\]%-]{1,64}$/;

/** The name of a parameter or a property: stays unless it has an address or a longer number in it. */
export function maskName(name: string, standIns: StandIns): string {
  return NAME.test(name) && !/\d{4}|%40/.test(name) ? name : maskPart(name, standIns);
}

/**
 * Masks what may be percent-encoded: the stand-in is that of the text it stands for, with the same characters encoded.
 */
export function maskPart(part: string, standIns: StandIns): string {
  const pieces = part.match(/(%[\da-f]{2})+|[^%]+|%/gi) ?? [];
  const texts = pieces.map((piece) => {
    if (!/^%[\da-f]{2}/i.test(piece)) return { text: piece, encoded: false };
    try {
      return { text: decodeURIComponent(piece), encoded: true };
    } catch {
      return { text: '\0'.repeat(piece.length), encoded: false, bytes: piece };
    }
  });
  const masked = maskDecoded(texts.map(({ text }) => text).join(''), standIns);
  let at = 0;
  return texts
    .map(({ text, encoded, bytes }) => {
      const standIn = masked.slice(at, at + text.length);
      at += text.length;
      // Not UTF-8: nothing of it is to be read.
      if (bytes) return bytes.replace(/[\da-f]{2}/gi, 'FF');
      return encoded ? escaped(standIn) : standIn;
    })
    .join('');
}

/**
 * Names inside of a text, by which the core knows that what follows is a secret (redaction.cpp). They stay, as nobody is
 * called so.
 */
const SECRET =
  /\b[\w.-]{0,20}(?:token|pass|pwd|secret|credential|pin|jwt|saml|auth|session|sid|key|code|otp|verif|sig|hmac|mail|phone|tel|mobile|birth|iban|card|cvc|cvv|name|message|state)[\w.-]{0,20}(?="?\s*[=:])/gi;

function maskDecoded(text: string, standIns: StandIns): string {
  // Encoded more than once.
  if (/%[\da-f]{2}/i.test(text)) return maskPart(text, standIns);
  let out = '';
  let done = 0;
  for (const { 0: name, index } of text.matchAll(SECRET)) {
    if (/\d{4}/.test(name)) continue;
    out += standIns.of(text.slice(done, index)) + name;
    done = index + name.length;
  }
  return out + standIns.of(text.slice(done));
}

/** All of it as escapes. */
function escaped(text: string): string {
  let out = '';
  for (const character of text) {
    out +=
      character < '\x80'
        ? `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
        : encodeURIComponent(character);
  }
  return out;
}
