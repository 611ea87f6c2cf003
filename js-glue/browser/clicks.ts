/** Clicks, and key presses that stand for one, on marked elements and on buttons. */

import type { Press } from '../api/host.js';
import { AbortController, listen } from '../api/natives.js';

const MARK = 'data-appizer-event';
const IGNORE = 'data-appizer-ignore';
const LONGEST = 1000;

// What browsers turn a key press on into a click themselves, or where a key is typed text.
const OWN_KEYS = 'a,area,button,input,select,textarea,summary,label,option';
const BUTTONS =
  'button,[role=button],input[type=submit],input[type=button],input[type=reset],input[type=image]';
// What a visitor types or chooses, and what is no text.
const NOT_TEXT = `input,textarea,select,script,style,template,[aria-hidden=true],[${IGNORE}]`;

/**
 * Reports each, before the page's own handlers see it, as one of them may remove the element; returns what ends it. It
 * only listens: nothing is prevented or delayed.
 */
export function watchPresses(onPress: (press: Press) => void): () => void {
  // Many an element that plays a button turns a key into a click by script.
  let byKey: Element | undefined;
  const listener = (event: MouseEvent | KeyboardEvent) => {
    try {
      const isKey = event.type === 'keydown';
      const { key, repeat } = event as KeyboardEvent;
      if (isKey && ((key !== 'Enter' && key !== ' ') || repeat)) return;
      const path = event.composedPath().filter((node) => node instanceof Element);
      if (path.some((node) => node.hasAttribute(IGNORE))) return;
      const marked = path.find((node) => node.hasAttribute(MARK));
      const element = marked ?? path.find((node) => node.matches(BUTTONS));
      if (!element) return;
      if (isKey) {
        const target = path[0] as HTMLElement;
        if (target !== element || target.matches(OWN_KEYS) || target.isContentEditable) return;
        byKey = element;
        setTimeout(() => {
          byKey = undefined;
        });
      } else if (byKey === element && !event.isTrusted) return;
      onPress({
        event: marked?.getAttribute(MARK)?.slice(0, LONGEST) ?? '',
        properties: marked ? attributesOf(marked) : {},
        text: marked ? '' : nameOf(element).slice(0, LONGEST),
        id: element.id.slice(0, LONGEST),
      });
    } catch {
      // An element with properties of its own in the way.
    }
  };
  const stop = new AbortController();
  listen(window, 'click', listener, stop.signal);
  listen(window, 'keydown', listener, stop.signal);
  return () => stop.abort();
}

function attributesOf(element: Element): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, value } of element.attributes) {
    if (name.startsWith(`${MARK}-`)) found[name.slice(MARK.length + 1)] = value.slice(0, LONGEST);
  }
  return found;
}

/** What a screen reader would say, in short (the accessible name, accname-1.2), without what was typed. */
function nameOf(element: Element): string {
  const labels = (element.getAttribute('aria-labelledby') ?? '')
    .split(/\s+/)
    .map((id) => id && (element.getRootNode() as Document | ShadowRoot).getElementById?.(id));
  const [first] = labels;
  if (first) return labels.map((label) => label && textOf(label)).join(' ');
  const said =
    element.getAttribute('aria-label') ||
    element.getAttribute('alt') ||
    (element.localName === 'input' ? element.getAttribute('value') : textOf(element)) ||
    element.getAttribute('title') ||
    '';
  return said.replace(/\s+/g, ' ').trim();
}

function textOf(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return node.nodeValue ?? '';
  const element = node as HTMLElement;
  if (element.isContentEditable || element.matches?.(NOT_TEXT)) return '';
  if (element.localName === 'img' || element.localName === 'svg') {
    return ` ${element.getAttribute('aria-label') ?? element.getAttribute('alt') ?? ''} `;
  }
  const inner =
    element.localName === 'slot'
      ? (element as HTMLSlotElement).assignedNodes()
      : (element.shadowRoot ?? element).childNodes;
  let text = '';
  for (const child of inner) {
    if (text.length > LONGEST) break;
    text += textOf(child);
  }
  return text.replace(/\s+/g, ' ').trim() + (element.localName === 'br' ? ' ' : '');
}
