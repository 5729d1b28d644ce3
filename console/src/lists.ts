/**
 * Lists that grow with the feed: `[data-feed]`, with `data-feed="newest"` where the newest stands first, and
 * `data-case` where it shows one case only. The page gives an item's markup in a `<template>` inside the list; what
 * an item says goes into its `[data-slot]`s: at, kind, case, name, by, says (once for each line), proof. Text is set
 * as text, never as markup.
 */

import { made } from "./html";
import { type Item, alike } from "./item";
import { pathTo } from "./paths";
import { addLocalTimes } from "./times";
import { say } from "./words";

const waiting: Item[] = [];
let isDue = false;

/** Show items at the next frame, all of them in one go; at once in a page that nobody sees, which has no frames. */
export function show(items: Item[]): void {
  waiting.push(...items);
  if (isDue) return;
  isDue = true;
  if (document.hidden) setTimeout(flush);
  else requestAnimationFrame(flush);
  // A page that is hidden in this moment would wait for its frame until it is seen again.
  setTimeout(flush, 250);
}

function flush(): void {
  if (!isDue) return;
  isDue = false;
  const items = waiting.splice(0);
  for (const list of document.querySelectorAll<HTMLElement>("[data-feed]")) grow(list, items);
}

function grow(list: HTMLElement, items: Item[]): void {
  const known = new Set([...list.querySelectorAll<HTMLElement>("[data-item]")].map((one) => one.dataset.item));
  const template = list.querySelector<HTMLTemplateElement>(":scope > template");
  const only = list.dataset.case;
  const part = document.createDocumentFragment();
  const wanted = items.filter((item) => !known.has(item.cursor) && (!only || item.case === only));
  const isNewestFirst = list.dataset.feed === "newest";
  for (const item of isNewestFirst ? wanted.reverse() : wanted) part.append(filled(template, item));
  addLocalTimes(part);
  if (isNewestFirst) {
    list.insertBefore(part, template?.nextSibling ?? list.firstChild);
    fold(list);
  } else list.append(part);
  if (wanted.length) for (const none of list.querySelectorAll(":scope > [data-empty]")) none.remove();
}

/** Equal acts that follow each other stand as one: the newest, with the others behind it. */
function fold(list: HTMLElement): void {
  for (const item of list.querySelectorAll<HTMLElement>(":scope > [data-alike]")) {
    const newer = item.previousElementSibling;
    if (!(newer instanceof HTMLElement) || !item.dataset.alike || newer.dataset.alike !== item.dataset.alike) continue;
    const older = item.querySelector<HTMLDetailsElement>(":scope > details");
    const rest = newer.querySelector<HTMLDetailsElement>(":scope > details") ?? newer.appendChild(folded());
    rest.open ||= older?.open ?? false;
    older?.remove();
    rest.lastElementChild?.append(item, ...(older?.lastElementChild?.children ?? []));
    const all = [...(rest.lastElementChild?.children ?? [])];
    const who = all.map((one) => one.querySelector("b")?.textContent).filter(Boolean);
    const said = say("{count} more like it", { count: all.length });
    (rest.firstElementChild as HTMLElement).textContent = `${said}${say(":")} ${who.join(", ")}`;
  }
}

function folded(): HTMLDetailsElement {
  const details = document.createElement("details");
  const rest = made("ol", "");
  rest.className = "items";
  details.append(made("summary", ""), rest);
  return details;
}

function filled(template: HTMLTemplateElement | null, item: Item): HTMLElement {
  const copy = template?.content.firstElementChild?.cloneNode(true) ?? plainItem();
  const element = copy as HTMLElement;
  element.dataset.item = item.cursor;
  element.dataset.kind = item.kind;
  element.dataset.alike = alike(item);
  element.classList.add("new");
  for (const slot of element.querySelectorAll<HTMLElement>("[data-slot]")) {
    if (!fill(slot, item)) slot.remove();
  }
  return element;
}

/** Put into a slot what the item has for it; false where it has nothing. */
function fill(slot: HTMLElement, item: Item): boolean {
  const name = slot.dataset.slot ?? "";
  if (name === "at") {
    slot.setAttribute("datetime", item.at);
    slot.dataset.when = item.at;
    slot.textContent = `${item.at.slice(0, 10)} ${item.at.slice(11, 16)}Z`;
  } else if (name === "says") {
    const lines = item.kind === "case" ? [say("The case was opened to you."), ...(item.says ?? [])] : (item.says ?? []);
    if (slot.matches("ul, ol")) slot.replaceChildren(...lines.map((line) => spoken(made("li", ""), line)));
    else slot.replaceWith(...lines.map((line) => spoken(slot.cloneNode() as HTMLElement, line)));
    return lines.length > 0;
  } else if (name === "kind") {
    slot.textContent = slot.dataset[`kind${item.kind.replaceAll("-", "")}`] ?? say(item.kind);
  } else if (name === "proof") {
    slot.setAttribute("href", pathTo("ledger", item.cursor));
  } else {
    const text = { case: item.case, name: item.name, by: item.by }[name] ?? "";
    slot.textContent = text;
    if (name === "case") slot.setAttribute("href", pathTo("cases", text));
    return text !== "";
  }
  return true;
}

function plainItem(): HTMLElement {
  const item = document.createElement("li");
  const parts: [string, string][] = [["time", "at"], ["a", "case"], ["span", "by"], ["p", "says"]];
  for (const [tag, name] of parts) {
    const slot = made(tag, "");
    slot.dataset.slot = name;
    item.append(slot, " ");
  }
  return item;
}

/** Words, and the clause that follows them in brackets, apart. */
function spoken(element: HTMLElement, line: string): HTMLElement {
  const [, words = line, clause = ""] = /^(.*) \[([^[\]]+)\]$/s.exec(line) ?? [];
  element.append(words);
  if (!clause) return element;
  const part = made("span", clause);
  part.className = "clause";
  element.append(" ", part);
  return element;
}
