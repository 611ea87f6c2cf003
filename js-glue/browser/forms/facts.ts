/**
 * The attributes of a form and of its fields, as the core (facts.h) reads them: by the numbers of `FORM_FACT` and
 * `FIELD_FACT` in abi.ts.
 */

import { attempt } from '../../api/attempt.js';
import { FIELD_FACT, FORM_FACT } from '../../bridge/abi.js';
import type { Dom, Field } from './dom.js';
import { typeOf } from './fields.js';

type Facts<Fact> = Record<Exclude<keyof Fact, 'count'>, string>;

const MAX_FIELDS = 200;
const MAX_LABEL = 60;
const NO_FIELD = /^(submit|reset|button|image|fieldset|output|object)$/;

export interface Description {
  /** In the order in which the core numbers them. */
  fields: Field[];
  text: string;
}

/** `sanitized` passes a URL through what the site asks to be done with URLs. */
export function describeForm(
  dom: Dom,
  form: HTMLFormElement,
  submitter: Element | null | undefined,
  sanitized: (url: string) => string,
): Description {
  const { attribute, base, view, within } = dom;
  const chosen = (name: string) =>
    (submitter && attribute(submitter, `form${name}`)) || attribute(form, name);
  const action = () => new URL(chosen('action') || view(form).location.href, base(form)).href;
  const facts: Facts<typeof FORM_FACT> = {
    id: attribute(form, 'id'),
    name: attribute(form, 'name'),
    action: sanitized(attempt(action) ?? ''),
    method: chosen('method').toLowerCase(),
    wish: within(form, '[data-appizer="false"]') ? 'false' : attribute(form, 'data-appizer'),
    app: attribute(form, 'data-appizer-app-id'),
    url: sanitized(location.href),
  };
  const parts = inOrder(facts, FORM_FACT);
  const fields: Field[] = [];
  for (const field of dom.elements(form).slice(0, MAX_FIELDS)) {
    // A custom element's own code may throw.
    const described = attempt(() => describeField(dom, field));
    if (!described) continue;
    fields.push(field);
    parts.push(...inOrder(described, FIELD_FACT));
  }
  return { fields, text: join(parts) };
}

// Nothing for what is none.
function describeField(dom: Dom, field: Field): Facts<typeof FIELD_FACT> | undefined {
  const { attribute, matches, within } = dom;
  const type = typeOf(dom, field);
  // What is disabled is not submitted either.
  if (NO_FIELD.test(type) || matches(field, ':disabled')) return;
  const name = attribute(field, 'name');
  const id = attribute(field, 'id');
  const label =
    field.labels?.[0]?.textContent ||
    attribute(field, 'aria-label') ||
    attribute(field, 'placeholder');
  return {
    type,
    name: name || id,
    autocomplete: plain(attribute(field, 'autocomplete')),
    words: plain(`${name}|${id}`),
    label: plain(label.trim().slice(0, MAX_LABEL)),
    key: attribute(field, 'data-appizer-field'),
    ignored: within(field, '[data-appizer-ignore]') ? '1' : '',
  };
}

function inOrder<Fact extends { count: number }>(facts: Facts<Fact>, order: Fact): string[] {
  const all: string[] = Array(order.count).fill('');
  for (const name in facts) all[order[name as keyof Fact] as number] = facts[name as never];
  return all;
}

/** Texts, as they cross to the core. */
export function join(parts: string[]): string {
  return parts.map((part) => part.replace(/\0/g, '')).join('\0');
}

/**
 * The words of an attribute, in the form that the core compares: lower case, without accents, and with the words of
 * camelCase apart.
 */
export function plain(text: string): string {
  return text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/\s+/g, ' ');
}
