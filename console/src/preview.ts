// entry
/**
 * What a form would do, while it is filled in: `form[data-preview="/address"]` is posted there a moment after each
 * change, and what the centre answers stands in `[data-preview-result]`. The answer is a page or a part of one, made
 * by the centre; where it has a `[data-preview-result]` itself, what stands in that is taken.
 */

import { say } from "./words";

const WAIT_MS = 350;

let running: AbortController | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

async function preview(form: HTMLFormElement): Promise<void> {
  running?.abort();
  running = new AbortController();
  const result =
    form.querySelector<HTMLElement>("[data-preview-result]") ??
    document.querySelector<HTMLElement>("[data-preview-result]");
  if (!result) return;
  const fields = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, String(value)]));
  const headers = { accept: "text/html", "x-partial": "1", "x-csrf-token": fields.get("csrf") ?? "" };
  result.setAttribute("aria-busy", "true");
  try {
    const address = form.dataset.preview ?? "";
    const answer = await fetch(address, { method: "POST", body: fields, headers, signal: running.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const part = page.querySelector("[data-preview-result]") ?? page.querySelector("main") ?? page.body;
    result.replaceChildren(...[...part.childNodes].map((node) => document.importNode(node, true)));
    result.removeAttribute("aria-busy");
    document.dispatchEvent(new CustomEvent("tocsin:swapped"));
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === "AbortError") return;
    result.removeAttribute("aria-busy");
    result.textContent = say("No connection: there is no preview now.");
  }
}

function plan(target: EventTarget | null): void {
  const form = target instanceof Element ? target.closest<HTMLFormElement>("form[data-preview]") : null;
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(() => void preview(form), WAIT_MS);
}

document.addEventListener("input", ({ target }) => plan(target));
document.addEventListener("change", ({ target }) => plan(target));
