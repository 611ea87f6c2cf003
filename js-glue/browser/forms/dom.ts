/**
 * Elements as they are, whatever their page has named its fields: a form's fields hide its own properties under
 * their names (`<input name="action">`), and a document's forms hide the document's. So these are read through the
 * prototypes, as they were at the start.
 */

/** A field, or a custom element that stands for one. */
export type Field = HTMLInputElement;
export type View = Window & typeof globalThis;

// A form named "host" makes its document look like something inside itself.
const MOST_DEPTH = 50;

export type Dom = ReturnType<typeof openDom>;

export function openDom() {
  const { getAttribute, closest, matches, querySelectorAll } = Element.prototype;
  const { getRootNode } = Node.prototype;
  const elementsOf = getter(HTMLFormElement, 'elements');
  const isConnected = getter(Node, 'isConnected');
  const documentOf = getter(Node, 'ownerDocument');
  const baseOf = getter(Node, 'baseURI');
  const viewOf = getter(Document, 'defaultView');
  const root = (node: Node) =>
    getRootNode.call(node) as Document & { host?: Element; defaultView?: View };
  return {
    root,
    attribute: (element: Element, name: string): string => getAttribute.call(element, name) ?? '',
    matches: (element: Element, selector: string) => matches.call(element, selector),
    closest: (element: Element, selector: string) => closest.call(element, selector),
    all: (element: Element, selector: string) => querySelectorAll.call(element, selector),
    elements: (form: HTMLFormElement): Field[] => [...(elementsOf.call(form) as Field[])],
    isConnected: (node: Node): boolean => isConnected.call(node),
    base: (node: Node): string => baseOf.call(node),
    view: (node: Node): View => viewOf.call(documentOf.call(node)),
    /** Whether the element or anything around it matches, also across shadow roots and frames. */
    within(element: Element, selector: string): boolean {
      let node: Element | null | undefined = element;
      for (let depth = 0; node && depth < MOST_DEPTH; ++depth) {
        if (closest.call(node, selector)) return true;
        const around = root(node);
        node = around.host ?? around.defaultView?.frameElement;
      }
      return false;
    },
  };
}

function getter(type: { prototype: object }, name: string): () => never {
  return Object.getOwnPropertyDescriptor(type.prototype, name)?.get as () => never;
}
