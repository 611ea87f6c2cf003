/**
 * Puts stand-ins in the place of what visitors typed and of who they are, in every input of a client.
 *
 * What comes out of the core is not masked: the masked inputs are given to another core, which makes of them what it
 * makes of any (save.ts). So nothing that a core computes of a text, such as a checksum, a cut or the length of a batch,
 * is ever wrong, and nothing of the page's own output can slip through.
 */

import { EFFECT, FIELD_FACT, FORM_FACT, FORM_INPUT } from '../bridge/abi.js';
import { maskEvent, maskJson, maskText } from './mask_json.js';
import { maskKey, maskKeys, maskValue } from './mask_storage.js';
import { maskUrl } from './mask_url.js';
import { openStandIns, type StandIns } from './stand_ins.js';
import type { EffectStep, InputStep, Step, Texts } from './types.js';

/** Options whose texts are the site's choices. */
const OPTIONS = [
  'appId',
  'apiBase',
  'userIdStorageKey',
  'maxEventsPerSecond',
  'consent',
  'persistence',
  'bots',
  'hash',
  'redactParameters',
];
/** Facts of the host: its name, and "<time> <number>" of the early call that stands for the first view. */
const FACTS = ['ua', 'view'];
const CONFIG = [...OPTIONS, ...FACTS];

export interface Mask {
  /** The input with stand-ins. */
  input(step: InputStep): InputStep;
  /** What the page's own core gave out, and the masked one in its place. */
  output(page: Step, masked: Step): void;
}

export function openMask(standIns: StandIns = openStandIns()): Mask {
  /** Under each key, what the page's core has written there, and what the masked one has. */
  const written = new Map<string, { page: string; masked: string }>();
  const json = (text: string) => maskJson(text, standIns);
  const text = (one: string) => maskText(one, standIns);
  const url = (one: string) => maskUrl(one, standIns);
  const event = (one: string) => maskEvent(one, standIns);

  const stored = (key: string, value: string) => {
    const own = written.get(key);
    return own?.page === value ? own.masked : maskValue(key, value, standIns);
  };

  const all: Record<string, (texts: Texts, numbers: number[]) => Texts> = {
    start: each((config) => maskJson(config, standIns, { numbers: true, kept: CONFIG, depth: 4 })),
    early: (texts) => texts,
    track: each(event, json, (app) => app),
    set_user_id: each(json),
    set_user_properties: each(json),
    set_consent: each((state) =>
      /^"(granted|denied|pending)"$/.test(state) ? state : json(state),
    ),
    storage_value: ([key, value]) => [
      maskKey(key as string, standIns),
      value == null ? null : stored(key as string, value),
    ],
    storage_keys: each((keys) => maskKeys(keys, standIns)),
    lock: each((name) => maskKey(name, standIns)),
    store_failed: each((key) => maskKey(key, standIns)),
    response: each((body) => maskJson(body, standIns, { numbers: true, kept: ['code'] })),
    navigation: each(url),
    page_facts: each(url, text, url, url),
    click: each(url, text),
    press: each(event, json, text, text),
    form: ([facts], [kind]) => [facts == null ? null : maskForm(kind as number, facts, standIns)],
  };

  return {
    input([what, name, texts, random, numbers, monotonic, wall, result]) {
      const masked = all[name]?.(texts, numbers) ?? texts.map((one) => one && text(one));
      return [what, name, masked, maskRandom(name, random), numbers, monotonic, wall, result];
    },
    output(page, masked) {
      if (page[0] === 'effect' && masked[0] === 'effect') learn(page, masked, standIns, written);
      if (page[0] === 'user' && masked[0] === 'user') standIns.learn(page[1], masked[1]);
    },
  };
}

/** Masks each text in its own way. */
function each(...ways: ((text: string) => string)[]): (texts: Texts) => Texts {
  return (texts) => texts.map((text, i) => (text === null ? null : (ways[i] ?? String)(text)));
}

/** An id, as the core makes them. */
const ID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-z]{10,12}/g;

function learn(
  page: EffectStep,
  masked: EffectStep,
  standIns: StandIns,
  written: Map<string, { page: string; masked: string }>,
): void {
  for (const part of [4, 5] as const) {
    if (page[part].length !== masked[part].length) continue;
    for (const { 0: id, index } of page[part].matchAll(ID)) {
      const other = masked[part].slice(index, index + id.length);
      if (other !== id && other.replace(ID, '') === '' && !isPart(page[part], index, id.length)) {
        standIns.learn(id, other);
      }
    }
  }
  // A value that was written is read again as it is.
  const [, kind, , , key, value] = page;
  if (kind === EFFECT.store) written.set(key, { page: value, masked: masked[5] });
}

/** Whether letters or digits go on on either side. */
const isPart = (text: string, begin: number, length: number) =>
  /\w/.test(text[begin - 1] ?? '') || /\w/.test(text[begin + length] ?? '');

/** The visitor's id is made of what is drawn, and so are all others but for the last bytes (`Ids::draw_wait`). */
function maskRandom(name: string, random: string): string {
  const other = (hex: string) =>
    hex &&
    [...crypto.getRandomValues(new Uint8Array(hex.length / 2))]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('');
  if (name !== 'start') return other(random);
  return other(random.slice(0, 24)) + random.slice(24, 32) + other(random.slice(32));
}

/** The words of a form stay, as they decide what its fields mean; addresses and longer numbers in them do not. */
function maskWords(words: string, standIns: StandIns): string {
  return words.replace(/\S*@\S*|\d{3,}/g, (part) => standIns.of(part));
}

function maskForm(kind: FORM_INPUT, facts: string, standIns: StandIns): string {
  const texts = facts.split('\0');
  const masked = texts.map((text, i) => {
    switch (kind) {
      case FORM_INPUT.values:
        return maskText(text, standIns);
      case FORM_INPUT.request:
        return i === 0 ? maskUrl(text, standIns) : text;
      case FORM_INPUT.begun:
      case FORM_INPUT.submits: {
        if (i === FORM_FACT.action || i === FORM_FACT.url) return maskUrl(text, standIns);
        const field = (i - FORM_FACT.count) % FIELD_FACT.count;
        if (i >= FORM_FACT.count && field === FIELD_FACT.type) return text;
        return maskWords(text, standIns);
      }
      default:
        return text;
    }
  });
  return masked.join('\0');
}
