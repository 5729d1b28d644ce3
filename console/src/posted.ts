/**
 * A page that answers a form has no address of its own: to come back to it, or to load it again, would send the form
 * once more. So it takes the address of the page on which the form stood.
 */

const FROM = "tocsin-from";

/** Remember where forms are sent from, and take that address where this page answers one. */
export function standWhereOneCameFrom(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!event.defaultPrevented && form.method === "post") sessionStorage.setItem(FROM, location.href);
  });
  const from = sessionStorage.getItem(FROM);
  sessionStorage.removeItem(FROM);
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  // After what was done the centre leads on, to a page with an address.
  if (from === null || entry?.type !== "navigate" || entry.redirectCount > 0) return;
  // A form that names no address goes to that of its page, which is the old one.
  for (const form of document.querySelectorAll("form:not([action])")) form.setAttribute("action", location.href);
  // What came back in a form is what somebody wrote: no update takes it away.
  for (const form of document.querySelectorAll("[data-live] form[data-keep]")) form.setAttribute("data-touched", "");
  history.replaceState(null, "", from);
}
