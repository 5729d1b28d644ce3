/** The line that says whether the page is up to date, `[data-link]`; and what is said aloud of what is new. */

import type { Link } from "./stream";
import { utc } from "./times";
import { say } from "./words";

/** A connection that breaks for so short a time is not worth a word. */
const PATIENCE_MS = 1_500;
const SPOKEN_AFTER_MS = 1_200;

let since = 0;
let patience: ReturnType<typeof setTimeout> | undefined;

/** Show how the connection is. */
export function showLink(link: Link): void {
  clearTimeout(patience);
  patience = undefined;
  if (link === "on") {
    since = 0;
    write(link, say("connected"));
  } else if (link === "off") {
    since ||= Date.now();
    patience = setTimeout(() => {
      const at = utc(since);
      write(link, say("no connection since {at}, what you see may be old", { at }));
    }, PATIENCE_MS);
  } else {
    const words = {
      ended: say("your session ended,"),
      other: say("another desk is signed in here now,"),
      stale: say("the centre began anew,"),
    }[link];
    const next = encodeURIComponent(location.pathname + location.search);
    if (link === "ended") write(link, words, say("sign in again"), `/login?next=${next}`);
    else write(link, words, say("load this page again"), location.href);
  }
}

function write(link: Link, text: string, act = "", href = ""): void {
  for (const line of document.querySelectorAll<HTMLElement>("[data-link]")) {
    if (line.dataset.link === link && line.textContent === text) continue;
    line.dataset.link = link;
    line.classList.toggle("lost", link !== "on");
    line.textContent = text;
    if (!act) continue;
    const anchor = document.createElement("a");
    anchor.href = href;
    anchor.textContent = act;
    // A draft on this page outlives the signing in.
    if (document.querySelector("form[data-touched]")) anchor.target = "_blank";
    line.append(" ", anchor);
  }
}

let unspoken = 0;
let unseen = 0;
let title = "";

/** Say, once nothing more comes, how many items are new; count them in the title of a page that nobody sees. */
export function announce(count: number): void {
  if (!unspoken) setTimeout(speak, SPOKEN_AFTER_MS);
  unspoken += count;
  if (document.hidden) {
    title ||= document.title;
    unseen += count;
    document.title = `(${unseen}) ${title}`;
  }
}

function speak(): void {
  tell(say("{count} new", { count: unspoken }));
  unspoken = 0;
}

/** Say something aloud, once what is being said is over. */
export function tell(text: string): void {
  speaker().textContent = text;
}

function speaker(): HTMLElement {
  const given = document.querySelector<HTMLElement>("[data-announce]");
  if (given) return given;
  const made = document.createElement("p");
  made.dataset.announce = "";
  made.className = "quietly";
  made.setAttribute("role", "status");
  return document.body.appendChild(made);
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !unseen) return;
  document.title = title;
  unseen = 0;
  title = "";
});
