/**
 * The attributes of a form, and of its fields. The core (`FormFact` and `FieldFact` in facts.h) reads it by the
 * numbers in abi.ts.
 */

import { attempt } from '../../api/attempt.js';
import { FIELD_FACT, FORM_FACT } from '../../bridge/abi.js';
import type { Dom, Field } from './dom.js';
import { typeOf } from './fields.js';
import { groupOf, labelOf } from './labels.js';

type Facts<Fact> = Record<Exclude<keyof Fact, 'count'>, string>;

const MOST_FIELDS = 1000;
const NO_FIELD = /^(submit|reset|button|image|fieldset|output|object)$/;

export interface Known {
  /** In the order in which the core numbers them. */
  fields: Field[];
  text: string;
}

/** `url` passes a URL through what the site asks to be done with URLs. */
export function describeForm(
  dom: Dom,
  form: HTMLFormElement,
  submitter: Element | null | undefined,
  url: (url: string) => string,
): Known {
  const { attribute, base, view, within } = dom;
  const chosen = (name: string) =>
    (submitter && attribute(submitter, `form${name}`)) || attribute(form, name);
  const action = () => new URL(chosen('action') || view(form).location.href, base(form)).href;
  const facts: Facts<typeof FORM_FACT> = {
    id: attribute(form, 'id'),
    name: attribute(form, 'name'),
    action: url(attempt(action) ?? ''),
    method: chosen('method').toLowerCase(),
    wish: within(form, '[data-appizer="false"]') ? 'false' : attribute(form, 'data-appizer'),
    app: attribute(form, 'data-appizer-app-id'),
    url: url(location.href),
    submitter: submitter ? plain(attempt(() => textOf(dom, submitter)) ?? '') : '',
  };
  const parts = inOrder(facts, FORM_FACT);
  const fields: Field[] = [];
  for (const [field, host] of fieldsOf(dom, form)) {
    // A custom element's own code may throw.
    const said = attempt(() => describeField(dom, field, host));
    if (!said) continue;
    fields.push(field);
    parts.push(...inOrder(said, FIELD_FACT));
  }
  return { fields, text: join(parts) };
}

/** The texts, as they cross to the core. */
export function join(parts: string[]): string {
  return parts.map((part) => part.replace(/\0/g, '')).join('\0');
}

/**
 * What a field says, in the form that the core compares: lower case, without accents, and with the words of
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

function inOrder<Fact extends { count: number }>(facts: Facts<Fact>, order: Fact): string[] {
  const all: string[] = Array(order.count).fill('');
  for (const name in facts) all[order[name as keyof Fact] as number] = facts[name as never];
  return all;
}

// Those of the form, and inner fields of components that keep them in a shadow root and do not register them.
function fieldsOf({ all, elements }: Dom, form: HTMLFormElement): [Field, Element?][] {
  const own = elements(form);
  const fields: [Field, Element?][] = own.map((field) => [field]);
  attempt(() => {
    for (const host of all(form, ':defined')) {
      if (!host.localName.includes('-') || own.includes(host as Field)) continue;
      const inner = host.shadowRoot?.querySelectorAll<Field>('input,textarea,select') ?? [];
      for (const field of inner) fields.push([field, host]);
    }
  });
  return fields.slice(0, MOST_FIELDS);
}

// Nothing for what is none. `host` is the component around an inner field: it has the name that the page gave it.
function describeField(
  dom: Dom,
  field: Field,
  host?: Element,
): Facts<typeof FIELD_FACT> | undefined {
  const { attribute, matches, within } = dom;
  const type = typeOf(dom, field);
  // What is disabled is not submitted either.
  if (NO_FIELD.test(type) || matches(field, ':disabled')) return;
  const own = (name: string) => attribute(host ?? field, name) || attribute(field, name);
  const name = own('name');
  const id = own('id');
  const placeholder = own('placeholder').trim();
  return {
    type,
    name: name || id,
    autocomplete: plain(own('autocomplete')),
    words: plain(`${name}|${id}`),
    label: plain(
      labelOf(dom, field, placeholder) || (host ? labelOf(dom, host as Field, placeholder) : ''),
    ),
    placeholder: plain(placeholder.slice(0, 80)),
    group: plain(groupOf(dom, field)),
    key: own('data-appizer-field'),
    ignored: within(field, '[data-appizer-ignore]') ? '1' : '',
  };
}

function textOf({ attribute }: Dom, button: Element): string {
  const text =
    button.textContent?.trim() || attribute(button, 'value') || attribute(button, 'aria-label');
  return text.slice(0, 40);
}
