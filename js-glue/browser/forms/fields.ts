/** Fields: what is in them, and whether it is what they ask for. */

import { attempt } from '../../api/attempt.js';
import type { Dom, Field } from './dom.js';

// Longer than what the core takes, so that it sees what is too long.
const LONGEST_VALUE = 300;
const UNREAD = /^(password|file|hidden)$/;
// Fields that a password was typed into: some pages then show it as text.
const secret = new WeakSet<object>();

export function typeOf({ attribute }: Dom, field: Field): string {
  return secret.has(field)
    ? 'password'
    : String(field.type ?? (attribute(field, 'type') || 'text'));
}

/** Remembers a field that the visitor touches while it is one for a password. */
export function remember(field: Field | undefined): void {
  if (field?.type === 'password') secret.add(field);
}

/** What is in a field, as the core asks for it. */
export function read(dom: Dom, field: Field | undefined): string {
  // The core asks for none of these; that must not be the only reason.
  if (!field || UNREAD.test(typeOf(dom, field))) return '';
  const { type, checked, value } = field;
  if (type === 'checkbox') return checked ? '1' : '';
  return type === 'radio' && !checked ? '' : String(value).slice(0, LONGEST_VALUE);
}

/** Whether the page says of a field that it will not take what is in it. */
export function refuses({ attribute }: Dom, fields: Field[]): boolean {
  return fields.some((field) =>
    attempt(
      () =>
        (field.willValidate && field.validity.customError) ||
        attribute(field, 'aria-invalid') === 'true',
    ),
  );
}

/**
 * Whether what is in a field keeps to the field's own constraints. One that nobody sees (another step's, one that a
 * widget stands for) cannot have been filled in otherwise.
 */
export function fits(field: Field): boolean {
  const { willValidate, validity } = field;
  if (!willValidate || validity.valid) return true;
  for (const flaw in validity) {
    if (flaw !== 'valid' && flaw !== 'customError' && validity[flaw as 'valid']) {
      return !field.getClientRects().length;
    }
  }
  return true;
}
