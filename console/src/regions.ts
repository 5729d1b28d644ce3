/**
 * Regions that follow the centre: each `[data-live]` with an id is replaced when the page, asked for again, has
 * another one. Never one that holds the focus, or a form somebody has begun: it is marked `data-stale` and follows
 * later. One request is under way at a time, none for a page that nobody sees, and chance spreads the pages out.
 */

import { setClock } from "./clock";
import { isTouched } from "./forms";
import { BY_ITSELF } from "./stream";

const SOON_MS = 150;
const SPREAD_MS = 450;
/** From the end of one request to the start of the next: so many times as long as it took, and at least a second. A
 * centre that is slow to answer is so because many ask. */
const REST_MS = 1_000;
const REST_TIMES = 10;

/** The markup of each region as the centre sent it, before scripts added to it. */
const sent = new Map<string, string>();
let latest: Document | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let isBusy = false;
let isWanted = false;
let restsUntil = 0;

/** Begin, before anything else changes the page. */
export function rememberRegions(): void {
  for (const region of regions()) sent.set(region.id, region.outerHTML);
  for (const name of ["focusout", "reset", "selectionchange"]) {
    document.addEventListener(name, () => {
      if (latest && document.querySelector("[data-stale]")) setTimeout(() => latest && swap(latest));
    });
  }
  document.addEventListener("visibilitychange", () => isWanted && plan());
}

/** Ask for the page again soon. */
export function refresh(): void {
  isWanted = true;
  plan();
}

function plan(): void {
  if (timer !== undefined || isBusy || document.hidden || regions().length === 0) return;
  const rest = Math.max(0, restsUntil - Date.now());
  timer = setTimeout(() => void ask(), rest + SOON_MS + SPREAD_MS * Math.random());
}

async function ask(): Promise<void> {
  timer = undefined;
  const began = Date.now();
  isBusy = true;
  isWanted = false;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html", ...BY_ITSELF }, cache: "no-store" });
    const arrived = Date.now();
    if (answer.ok && !answer.redirected) take(await answer.text(), arrived);
  } catch {
    // The line broke: the stream notices too, and says so; when it is back, it asks for this again.
  }
  isBusy = false;
  const now = Date.now();
  restsUntil = now + Math.max(REST_MS, REST_TIMES * (now - began));
  if (isWanted) plan();
}

function take(html: string, arrived: number): void {
  const page = new DOMParser().parseFromString(html, "text/html");
  const { seat, desk, now, clock } = page.body.dataset;
  if (seat !== document.body.dataset.seat || desk !== document.body.dataset.desk) return;
  latest = page;
  if (now !== undefined) document.body.dataset.now = now;
  if (clock !== undefined) document.body.dataset.clock = clock;
  setClock(document.body, arrived);
  swap(page);
}

function swap(page: Document): void {
  let isSwapped = false;
  for (const region of regions()) {
    const fresh = page.getElementById(region.id);
    if (!fresh || fresh.outerHTML === sent.get(region.id)) continue;
    if (isInUse(region)) {
      region.dataset.stale = "";
      continue;
    }
    sent.set(region.id, fresh.outerHTML);
    const next = document.importNode(fresh, true);
    keepOpen(region, next);
    region.replaceWith(next);
    isSwapped = true;
  }
  if (isSwapped) document.dispatchEvent(new CustomEvent("tocsin:swapped"));
}

function isInUse(region: HTMLElement): boolean {
  const selection = getSelection();
  const isSelected = selection !== null && !selection.isCollapsed && selection.containsNode(region, true);
  return isSelected || region.contains(document.activeElement) || [...region.querySelectorAll("form")].some(isTouched);
}

/** What somebody has unfolded stays so. */
function keepOpen(before: HTMLElement, after: HTMLElement): void {
  const opened = [...before.querySelectorAll("details")].map((one) => one.open);
  const parts = after.querySelectorAll("details");
  if (opened.length === parts.length) parts.forEach((one, place) => (one.open = opened[place] ?? one.open));
}

function regions(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-live][id]")];
}
