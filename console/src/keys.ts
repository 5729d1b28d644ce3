/**
 * Keys: `?` shows what there are; `g` and a letter go to the page whose link in the navigation has that letter in
 * `data-key`. Never while somebody types; and they can be switched off, since people who speak to their machine
 * would set them off unawares (WCAG 2.1.4).
 */

import { made } from "./html";
import { say } from "./words";

const SWITCH = "tocsin-keys";
const PAUSE_MS = 1_500;

let pressedAt = 0;

/** Listen to keys, and put the button that explains them into the page's footer. */
export function listenToKeys(): void {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = say("Keys");
  button.addEventListener("click", help);
  (document.querySelector("[data-keys]") ?? document.querySelector("body > footer"))?.append(button);
  document.addEventListener("keydown", pressed);
}

function pressed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || isOff() || isTyping(event.target)) return;
  if (event.key === "?") {
    event.preventDefault();
    help();
  } else if (event.key === "g") {
    pressedAt = Date.now();
  } else if (Date.now() - pressedAt < PAUSE_MS) {
    pressedAt = 0;
    const link = goals().find((one) => one.dataset.key === event.key);
    if (!link) return;
    event.preventDefault();
    link.click();
  }
}

function goals(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>("a[data-key]")];
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, dialog") !== null;
}

function isOff(): boolean {
  try {
    return localStorage.getItem(SWITCH) === "off";
  } catch {
    return false;
  }
}

function help(): void {
  const dialog = document.createElement("dialog");
  dialog.className = "keys";
  const heading = made("h2", say("Keys"));
  heading.id = "keys-heading";
  dialog.setAttribute("aria-labelledby", heading.id);
  const list = document.createElement("dl");
  const rows = goals().map((link) => [`g ${link.dataset.key}`, link.textContent?.trim() ?? ""]);
  for (const [keys, what] of [["?", say("this list")], ...rows]) {
    const term = document.createElement("dt");
    term.append(made("kbd", keys ?? ""));
    list.append(term, made("dd", what ?? ""));
  }
  const label = document.createElement("label");
  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = !isOff();
  box.addEventListener("change", () => {
    try {
      localStorage.setItem(SWITCH, box.checked ? "on" : "off");
    } catch {
      box.checked = true;
    }
  });
  label.append(box, ` ${say("Keys are on. They never act while you type.")}`);
  const form = document.createElement("form");
  form.method = "dialog";
  form.append(made("button", say("Close")));
  dialog.append(heading, list, label, form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
