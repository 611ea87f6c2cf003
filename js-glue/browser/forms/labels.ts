/** What a page says of a field beside the field's own attributes. */

import { attempt } from '../../api/attempt.js';
import type { Dom, Field } from './dom.js';

const LONGEST = 80;
// How far from a field the text beside it may be: elements around it, and siblings on each level.
const MOST_LEVELS = 4;
const MOST_SIBLINGS = 4;
const CONTROLS = 'input:not([type=hidden]),select,textarea,button';
const ENDS = 'form,fieldset,body,h1,h2,h3';
const SILENT = 'script,style,template';

/** The label that is tied to a field, or else what stands beside it. */
export function labelOf(dom: Dom, field: Field, placeholder: string): string {
  const { attribute, root } = dom;
  const named = () =>
    attribute(field, 'aria-labelledby')
      .split(/\s+/)
      .map((id) => id && said(root(field).getElementById(id)))
      .join(' ');
  const label =
    [...(attempt(() => field.labels) ?? [])].map(said).find(Boolean) ||
    attempt(named)?.trim() ||
    attribute(field, 'aria-label') ||
    (field.localName.includes('-') && attribute(field, 'label')) ||
    (placeholder ? '' : beside(dom, field));
  return label.trim().slice(0, LONGEST);
}

/** The name of the group that a field is in. */
export function groupOf({ attribute, closest, all }: Dom, field: Field): string {
  const group = closest(field, 'fieldset,[role=group][aria-label]');
  if (!group) return '';
  return (said(all(group, 'legend')[0]) || attribute(group, 'aria-label')).slice(0, LONGEST);
}

// The text before a field, or a label without `for` behind it, up to the next field: table cells, definition lists,
// and labels that nobody has tied to anything.
function beside({ matches, all }: Dom, field: Field): string {
  const is = (node: Node, selector: string) =>
    node.nodeType === Node.ELEMENT_NODE && matches(node as Element, selector);
  const controls = (node: Node) =>
    is(node, CONTROLS) ||
    (node.nodeType === Node.ELEMENT_NODE && all(node as Element, CONTROLS)[0]);
  let node: Node | null = field;
  for (let level = 0; node && level < MOST_LEVELS; ++level) {
    const after: Node | null = (node as Element).nextElementSibling;
    let near: Node | null = node.previousSibling;
    let text = '';
    for (let i = 0; near && !text && i < MOST_SIBLINGS; ++i, near = near.previousSibling) {
      if (controls(near) || is(near, ENDS)) break;
      if (!is(near, SILENT)) text = said(near);
    }
    if (!text && after && is(after, 'label') && !controls(after)) text = said(after);
    if (text) return text;
    // What is above belongs to the field before.
    if (near && controls(near)) return '';
    node = node.parentNode;
    if (node && (is(node, ENDS) || node.nodeType !== Node.ELEMENT_NODE)) return '';
  }
  return '';
}

function said(node: Node | null | undefined): string {
  const text = node?.nodeType === Node.COMMENT_NODE ? '' : node?.textContent;
  return (text ?? '').replace(/\s+/g, ' ').trim();
}
