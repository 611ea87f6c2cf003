/** Puts a step into plain words. */

import { sentences } from '../api/sentences.js';
import { ANSWER, EFFECT, FORM_ENDED, FORM_INPUT, HOST_EVENT, WATCHED } from '../bridge/abi.js';
import type { EffectStep, InputStep, Step } from './types.js';

/** Characters of a text that are shown. */
const LONGEST = 100;

const short = (text: string | null | undefined) =>
  text == null ? 'nothing' : text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;

/** One line, without the moment. Empty for what says nothing, such as that there is no further effect. */
export function describe(step: Step): string {
  switch (step[0]) {
    case 'input':
      return describeInput(step) + describeResult(step);
    case 'effect':
      return describeEffect(step);
    case 'wake':
      return step[1] < 0 ? '' : `wants to be called again after ${step[1]} ms`;
    case 'user':
      return `the visitor's id is ${step[1] || 'not known yet'}`;
    default:
      return '';
  }
}

const HOST_EVENTS: Record<HOST_EVENT, string> = {
  [HOST_EVENT.wake]: 'the time has come that the core has asked for',
  [HOST_EVENT.online]: 'the browser is online',
  [HOST_EVENT.offline]: 'the browser is offline',
  [HOST_EVENT.visible]: 'the page is visible',
  [HOST_EVENT.hidden]: 'the page is hidden',
  [HOST_EVENT.pagehide]: 'the page goes away (pagehide)',
  [HOST_EVENT.handover]: 'the browser has taken over what was sent last',
  [HOST_EVENT.pageshow]: 'the page is back from the back/forward cache (pageshow)',
  [HOST_EVENT.storage_cleared]: 'another script has emptied storage',
  [HOST_EVENT.handover_unsure]:
    'whether the browser has taken over what was sent last is not known',
  [HOST_EVENT.requests_unsure]: 'code of the page may still delay requests on their way',
};

function describeInput([, name, texts, , numbers]: InputStep): string {
  const [first, second, third] = texts.map(short);
  const [number = 0, more = 0] = numbers;
  switch (name) {
    case 'start':
      return `the client starts: ${first}`;
    case 'early':
      return `the next call is the early call ${first}`;
    case 'track':
      return `trackEvent ${first} ${second}${third ? ` for the app ${third}` : ''}`;
    case 'set_user_id':
      return `setUserId ${first}`;
    case 'set_user_properties':
      return `setUserProperties ${first}`;
    case 'set_consent':
      return `setConsent ${first}`;
    case 'reset':
      return 'reset: the visitor logs out';
    case 'visit':
      return 'getContext: which session and view this is';
    case 'flush':
      return 'flush';
    case 'storage_value':
      return `storage has under ${first}: ${second}`;
    case 'storage_keys':
      return `storage has the keys: ${first?.replace(/\n/g, ', ') || 'none'}`;
    case 'lock':
      return `the lock ${first} is ${number ? 'granted' : 'not free'}`;
    case 'store_failed':
      return `storage has refused to write ${first}`;
    case 'response': {
      const answer = more ? `answered ${more}` : 'no answer';
      const after = Number.isNaN(numbers[2]) ? '' : `, to be repeated after ${numbers[2]} s`;
      return `request ${number}: ${answer}${after} ${first}`.trimEnd();
    }
    case 'navigation':
      return `the URL is now ${first}${number ? ', after something that the visitor did' : ''}`;
    case 'page_facts':
      return `the page is ${first}, "${second}", reached from ${third || 'nowhere'}`;
    case 'click':
      return `a click on the link ${first}`;
    case 'press':
      return `a click on ${third || first || 'an element'}`;
    case 'form':
      return describeForm(number, more, numbers[2] ?? 0, texts[0] ?? '');
    default:
      return HOST_EVENTS[number as HOST_EVENT] ?? `${name} ${number}`;
  }
}

function describeForm(kind: number, id: number, detail: number, text: string): string {
  const parts = text.split('\0');
  switch (kind) {
    case FORM_INPUT.begun:
      return `the visitor begins to fill in the form ${short(parts[0] || parts[1])}`;
    case FORM_INPUT.submits:
      return `submission ${id}: the form ${short(parts[0] || parts[1])} is submitted`;
    case FORM_INPUT.values:
      return `submission ${id}: the values are ${short(parts.join(', '))}`;
    case FORM_INPUT.ended:
      return `submission ${id}: the browser ${detail & FORM_ENDED.sent ? 'sends' : 'does not send'} the form, which is ${detail & FORM_ENDED.valid ? '' : 'not '}valid`;
    case FORM_INPUT.request:
      return `submission ${id}: the page has made a request to ${short(parts[0])}, answered ${parts[1]}`;
    default:
      return `submission ${id}: the page shows that it handles the form (${detail})`;
  }
}

/** A status of the core is worth a sentence where it is no success. */
function describeResult([, , , , , , , result]: InputStep): string {
  if (result === 'trap') return ': the core has failed';
  if (result === null || result === 0) return '';
  if (result <= ANSWER.waits) return ' (waits for what storage has)';
  return ` (refused, ${result}: ${sentences.mistake(result) || 'see the message'})`;
}

function describeEffect([, kind, flag, number, text, more]: EffectStep): string {
  const [first, second] = [short(text), short(more)];
  switch (kind) {
    case EFFECT.request:
      return `sends request ${number}${flag ? ' with keepalive' : ''} to ${first}: ${second}`;
    case EFFECT.cancel:
      return `gives up request ${number}`;
    case EFFECT.store:
      return `stores under ${first}: ${second}`;
    case EFFECT.erase:
      return `removes ${first} from storage`;
    case EFFECT.read:
      return `asks storage for ${first}`;
    case EFFECT.scan:
      return `asks storage for all keys that begin with ${first}`;
    case EFFECT.lock:
      return `asks for the lock ${first}${flag ? ', and waits for it' : ''}`;
    case EFFECT.unlock:
      return `gives back the lock ${first}`;
    case EFFECT.fetch_later:
      return `leaves with the browser, for ${first}: ${second}`;
    case EFFECT.hint:
      return `says in debug: ${sentences.hint(number, text)}`;
    case EFFECT.report:
      return `reports to onError: ${first}`;
    case EFFECT.flushed:
      return `answers flush ${number}: ${first}`;
    case EFFECT.page_facts:
      return 'asks where the page is';
    case EFFECT.watch:
      return `wants to be notified of ${WATCHED[number]?.replace('_', ' ') ?? number}`;
    case EFFECT.form_values:
      return `asks for the values of the fields ${first || '(none)'} of submission ${number}`;
    case EFFECT.form_check:
      return flag
        ? `asks what became of submission ${number}`
        : `needs nothing more of submission ${number}`;
    case EFFECT.compose:
      return `passes ${first} to the site's hooks: ${second}`;
    default:
      return `effect ${kind}: ${first} ${second}`;
  }
}
