/**
 * Stand-ins for texts: of the same length in UTF-16 and in UTF-8, with letters for letters, digits for digits and all
 * punctuation in its place. Equal texts of one trace have equal stand-ins, and different texts different ones, so that
 * what is compared or counted comes out the same.
 */

/** Letters of the alphabet that the core writes its ids in (ids.h), so that the stand-in of an id could be one. */
const LETTERS = 'abcdefghjkmnpqrstvwxyz';

/** What no user id may be (identity.cpp), and what takes the place of a secret: no visitor is known by it. */
const NO_ONE = /^(undefined|null|NaN|None|nil|true|false|0|anonymous|guest|user_id|REDACTED)$/;

const ANONYMOUS = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const EVENT_ID = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
/** Of an anonymous id, what is drawn (identity.cpp); its checksum comes behind that. */
const DRAWN = 28;
/** Of an event id, its time and the digits that every one has. */
const TIME = 15;

/** Tries to find a stand-in that no other text has. */
const TRIES = 50;

export interface StandIns {
  /** The stand-in of a whole text, whatever it is. */
  of(text: string): string;
  /** From now on `text` has this one, which the core has made itself. */
  learn(text: string, standIn: string): void;
}

export function openStandIns(random: () => number = secureRandom): StandIns {
  const known = new Map<string, string>();
  const taken = new Set<string>();
  const pick = (from: string) => from[Math.floor(random() * from.length)] as string;

  const one = (character: string): string => {
    if (/[a-z]/.test(character)) return pick(LETTERS);
    if (/[A-Z]/.test(character)) return pick(LETTERS).toUpperCase();
    if (/\d/.test(character)) return pick('0123456789');
    if (character < '\x80') return character;
    // As many bytes in UTF-8.
    if (character < '\u0800') return pick('áéíóúñçßøæ');
    return character.length > 1
      ? pick2()
      : character > '\uD7FF'
        ? character
        : pick('的一是了我你他这');
  };
  const pick2 = () => (random() < 0.5 ? '\u{1F600}' : '\u{1F601}');
  const hex = (text: string) => text.replace(/[\da-f]/g, () => pick('0123456789abcdef'));

  const draw = (text: string): string => {
    if (ANONYMOUS.test(text)) {
      const drawn =
        hex(text.slice(0, 14)) +
        '4' +
        hex(text.slice(15, 19)) +
        text[19] +
        hex(text.slice(20, DRAWN));
      return (
        drawn +
        (hash(text.slice(0, DRAWN)) === text.slice(DRAWN) ? hash(drawn) : hex(text.slice(DRAWN)))
      );
    }
    if (EVENT_ID.test(text)) {
      return text.slice(0, TIME) + hex(text.slice(TIME, 19)) + text[19] + hex(text.slice(20));
    }
    let out = '';
    for (const character of text) out += one(character);
    // A JSON Web Token is known by its beginning.
    for (const { 0: found, index } of text.matchAll(/(?:^|[^\w.-])eyJ/g)) {
      const end = index + found.length;
      out = `${out.slice(0, end - 3)}eyJ${out.slice(end)}`;
    }
    return likeNumbers(text, out);
  };

  return {
    of(text) {
      const before = known.get(text);
      if (before !== undefined) return before;
      if (!/[a-z\d\x80-\uFFFF]/i.test(text) || NO_ONE.test(text)) return text;
      let drawn = draw(text);
      for (let i = 0; i < TRIES && (taken.has(drawn) || drawn === text); ++i) drawn = draw(text);
      known.set(text, drawn);
      taken.add(drawn);
      return drawn;
    },
    learn(text, standIn) {
      known.set(text, standIn);
      taken.add(standIn);
    },
  };
}

/** FNV-1a in hexadecimal, of ASCII and of texts that `encoded` has made ASCII; see hash.h. */
export function hash(bytes: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; ++i) {
    hash = Math.imul(hash ^ bytes.charCodeAt(i), 16777619);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/**
 * Which digits say that a number is one of a payment card, or how a telephone number begins, decides whether the core
 * lets it pass (numbers.cpp): the stand-in is as good a number as the text.
 */
function likeNumbers(text: string, standIn: string): string {
  const out = [...standIn];
  const source = [...text];
  let run: number[] = [];
  const settle = () => {
    const first = run[0];
    if (first !== undefined) {
      // 0 and 1 begin other numbers than the rest do.
      const digit = source[first] as string;
      if (digit < '2') out[first] = digit;
      else if ((out[first] as string) < '2') out[first] = String(Number(out[first]) + 5);
    }
    if (run.length >= 12 && run.length <= 19) {
      const last = run[run.length - 1] as number;
      const wanted = luhn(run.map((at) => source[at] as string)) === 0;
      for (let i = 0; i < 10 && (luhn(run.map((at) => out[at] as string)) === 0) !== wanted; ++i) {
        out[last] = String((Number(out[last]) + 1) % 10);
      }
    }
    run = [];
  };
  source.forEach((character, at) => {
    if (/\d/.test(character)) run.push(at);
    else if (/[a-z@]/i.test(character)) settle();
  });
  settle();
  return out.join('');
}

function luhn(digits: string[]): number {
  let sum = 0;
  digits.reverse().forEach((digit, i) => {
    const doubled = Number(digit) * (1 + (i % 2));
    sum += doubled > 9 ? doubled - 9 : doubled;
  });
  return sum % 10;
}

function secureRandom(): number {
  const [word] = crypto.getRandomValues(new Uint32Array(1));
  return (word as number) / 2 ** 32;
}
