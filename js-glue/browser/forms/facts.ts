/**
 * The attributes of a form and of its fields, as the core (facts.h) reads them: by the numbers of `FORM_FACT` and
 * `FIELD_FACT` in abi.ts.
 */

import { attempt } from '../../api/attempt.js';
import { FIELD_FACT, FORM_FACT } from '../../bridge/abi.js';
import type { Dom, Field } from './dom.js';
import { typeOf } from './fields.js';

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
  const parts: string[] = [];
  parts[FORM_FACT.id] = attribute(form, 'id');
  parts[FORM_FACT.name] = attribute(form, 'name');
  parts[FORM_FACT.action] = sanitized(attempt(action) ?? '');
  parts[FORM_FACT.method] = chosen('method').toLowerCase();
  parts[FORM_FACT.wish] = within(form, '[data-appizer="false"]')
    ? 'false'
    : attribute(form, 'data-appizer');
  parts[FORM_FACT.app] = attribute(form, 'data-appizer-app-id');
  parts[FORM_FACT.url] = sanitized(location.href);
  const fields: Field[] = [];
  for (const field of dom.elements(form).slice(0, MAX_FIELDS)) {
    // A custom element's own code may throw.
    const facts = attempt(() => describeField(dom, field));
    if (!facts) continue;
    fields.push(field);
    parts.push(...facts);
  }
  return { fields, text: join(parts) };
}

// Nothing for what is none.
function describeField(dom: Dom, field: Field): string[] | undefined {
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
  const facts: string[] = [];
  facts[FIELD_FACT.type] = type;
  facts[FIELD_FACT.name] = name || id;
  facts[FIELD_FACT.autocomplete] = plain(attribute(field, 'autocomplete'));
  facts[FIELD_FACT.words] = plain(`${name}|${id}`);
  facts[FIELD_FACT.label] = plain(label.trim().slice(0, MAX_LABEL));
  facts[FIELD_FACT.key] = attribute(field, 'data-appizer-field');
  facts[FIELD_FACT.ignored] = within(field, '[data-appizer-ignore]') ? '1' : '';
  return facts;
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
