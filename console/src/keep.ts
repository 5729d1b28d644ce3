// entry
/**
 * What somebody writes is not lost: forms with `data-keep="name"` are kept in this tab while they are filled in, and
 * come back when the page is opened again, as after the session has ended. What was filed, and all of it at signing
 * out, is forgotten; only the same desk is shown it again, on any page another desk's is forgotten (see own.ts), and a
 * closed tab takes it along.
 */

import { ofDesk, PREFIX } from "./own";
import { say } from "./words";

const FRAME = new Set(["csrf", "made_for", "seen", "step", "basis", "version"]);
type Kept = [name: string, value: string][];

const seat = document.body.dataset.seat ?? "";

function keyOf(form: HTMLFormElement): string {
  return ofDesk(`${seat}/${form.dataset.keep ?? ""}`);
}

/** The fields that a person fills in. */
function written(form: HTMLFormElement): Kept {
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !FRAME.has(name));
  return fields.map(([name, value]) => [name, String(value)]);
}

function isSame(one: Kept, other: Kept): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function fill(form: HTMLFormElement, kept: Kept): void {
  for (const field of form.elements) {
    if (!("name" in field) || FRAME.has(String(field.name))) continue;
    const values = kept.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio")) {
      field.checked = values.includes(field.value);
    } else if (field instanceof HTMLInputElement && (field.type === "hidden" || field.type === "file")) {
      continue;
    } else if (
      field instanceof HTMLInputElement ||
      field instanceof HTMLTextAreaElement ||
      field instanceof HTMLSelectElement
    ) {
      if (values[0] !== undefined) field.value = values[0];
    }
  }
  form.setAttribute("data-touched", "");
}

/** Bring back what was written, and say so, with a way to be rid of it. */
function bringBack(form: HTMLFormElement): void {
  const found = sessionStorage.getItem(keyOf(form));
  if (found === null) return;
  const asMade = written(form);
  const kept = JSON.parse(found) as Kept;
  if (isSame(kept, asMade)) return;
  fill(form, kept);
  const note = document.createElement("p");
  note.className = "note";
  note.setAttribute("role", "status");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = say("Put it away");
  button.addEventListener("click", () => {
    sessionStorage.removeItem(keyOf(form));
    fill(form, asMade);
    form.removeAttribute("data-touched");
    note.remove();
  });
  note.append(`${say("What you had written here is back.")} `, button);
  form.prepend(note);
}

if (seat) {
  // What was confirmed is filed once a page without a refusal follows.
  const confirmed = sessionStorage.getItem(ofDesk("confirmed"));
  if (confirmed !== null && !document.querySelector(".problem[role=alert]") && !document.querySelector("[data-file]")) {
    for (const key of JSON.parse(confirmed) as string[]) sessionStorage.removeItem(key);
    sessionStorage.removeItem(ofDesk("confirmed"));
  }
  if (!document.querySelector("[data-file]")) sessionStorage.removeItem(ofDesk("last"));
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-keep]")) bringBack(form);
}

document.addEventListener("input", ({ target }) => {
  const form = target instanceof Element ? target.closest<HTMLFormElement>("form[data-keep]") : null;
  if (form && seat) sessionStorage.setItem(keyOf(form), JSON.stringify(written(form)));
});

document.addEventListener("submit", ({ target, submitter }) => {
  const form = target as HTMLFormElement;
  const isAside = submitter?.hasAttribute("formaction") ?? false;
  if (form.getAttribute("action") === "/logout") {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  } else if (form.dataset.keep !== undefined && seat && !isAside) {
    sessionStorage.setItem(ofDesk("last"), keyOf(form));
  } else if (form.hasAttribute("data-file")) {
    const last = sessionStorage.getItem(ofDesk("last"));
    if (last !== null) sessionStorage.setItem(ofDesk("confirmed"), JSON.stringify([last]));
  }
});
