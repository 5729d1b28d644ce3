// entry
/**
 * Forms that answer at once: `form[data-auto]`. When something in it changes, the page is asked for with what the
 * form now holds, and each `[data-result]` with an id is replaced. The address says the same, to be kept or sent on.
 * Fields of the form itself stand in `[data-result="fields"]`: they are replaced only where there are other ones now,
 * or a button of the form asked for it, so that nobody loses the place in them.
 */

const WAIT_MS = 120;

let running: AbortController | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** What a part of a form can be filled in with, whatever is filled in. */
function shape(part: Element): string {
  const fields = [...part.querySelectorAll<HTMLInputElement | HTMLOptionElement>("[name], option")];
  return fields
    .map((field) => (field instanceof HTMLOptionElement ? field.value : `${field.name}:${field.type === "radio" ? field.value : ""}`))
    .join("|");
}

async function recompute(form: HTMLFormElement, pressed: HTMLButtonElement | null = null): Promise<void> {
  running?.abort();
  running = new AbortController();
  const address = new URL(form.action);
  const said = [...new FormData(form)].map(([name, value]) => [name, String(value)]);
  if (pressed?.name) said.push([pressed.name, pressed.value]);
  address.search = new URLSearchParams(said).toString();
  const results = document.querySelectorAll<HTMLElement>("[data-result][id]");
  for (const result of results) result.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, { headers: { accept: "text/html", "x-partial": "1" }, signal: running.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (![...results].every(({ id }) => page.getElementById(id))) {
      // A refusal, or the way in: let the browser show it.
      location.assign(address);
      return;
    }
    const held = document.activeElement?.id;
    for (const result of results) {
      const fresh = page.getElementById(result.id);
      const stays = result.dataset.result === "fields" && !pressed?.name && fresh && shape(result) === shape(fresh);
      if (fresh && !stays) result.replaceWith(document.importNode(fresh, true));
      result.removeAttribute("aria-busy");
    }
    if (held && document.activeElement?.id !== held) document.getElementById(held)?.focus();
    history.replaceState(null, "", address);
    document.dispatchEvent(new CustomEvent("tocsin:swapped"));
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === "AbortError") return;
    for (const result of results) result.removeAttribute("aria-busy");
    // Without the line the button of the form says so.
  }
}

for (const name of ["input", "change"]) {
  document.addEventListener(name, ({ target }) => {
    const form = target instanceof Element ? target.closest<HTMLFormElement>("form[data-auto]") : null;
    if (!form) return;
    clearTimeout(timer);
    timer = setTimeout(() => void recompute(form), WAIT_MS);
  });
}
document.addEventListener("submit", (event) => {
  const form = (event.target as Element).closest<HTMLFormElement>("form[data-auto]");
  if (!form) return;
  event.preventDefault();
  clearTimeout(timer);
  void recompute(form, event.submitter instanceof HTMLButtonElement ? event.submitter : null);
});
