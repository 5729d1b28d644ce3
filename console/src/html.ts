/** Making HTML elements. */

/** An element with a text in it, as text and never as markup. */
export function made(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}
