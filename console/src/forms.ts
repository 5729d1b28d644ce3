/** Forms that somebody has begun to fill in: no update touches them, and no link leaves a draft without asking. */

import { say } from "./words";

/** Whether somebody has changed something in a form that is still on the page. */
export function isTouched(form: Element): boolean {
  return form.hasAttribute("data-touched");
}

/** Notice it when forms are filled in; ask before a touched `form[data-draft]` is lost. */
export function watchForms(): void {
  document.addEventListener("input", ({ target }) => {
    if (target instanceof Element) target.closest("form:not([data-auto])")?.setAttribute("data-touched", "");
  });
  document.addEventListener("reset", ({ target }) => (target as Element).removeAttribute("data-touched"));
  // What is sent is no draft any more; where sending fails, the centre gives the form back with what stood in it.
  document.addEventListener("submit", (event) => {
    if (!event.defaultPrevented) (event.target as Element).removeAttribute("data-touched");
  });
  window.addEventListener("beforeunload", (event) => {
    if (!document.querySelector("form[data-draft][data-touched]")) return;
    event.preventDefault();
    // Older browsers want a text here, and show their own.
    event.returnValue = say("Your draft is not filed yet.");
  });
}
