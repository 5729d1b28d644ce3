/** Times on the page: the local time beside UTC, and how long it is until what is due. */

import { now } from "./clock";
import { say } from "./words";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** What is due so soon is marked. */
const SOON = HOUR;

/** English dates have the day first here, as the centre's own words have. */
const language = document.documentElement.lang.replace(/^en$/, "en-GB") || undefined;
const clockFormat = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});
const dayFormat = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });

/** Add the local time to each `time[data-when]` and `time[data-due]` below `root`, once. */
export function addLocalTimes(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[data-when], time[data-due]")) {
    if (element.querySelector(":scope > .local")) continue;
    const at = new Date(instantOf(element));
    if (Number.isNaN(at.getTime()) || at.getTimezoneOffset() === 0) continue;
    const said = say("{time} local", { time: local(at) });
    element.append(part("local", ` (${said})`));
  }
}

/** Bring every countdown and clock face up to now. */
export function tick(): void {
  const at = now();
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-due]")) {
    const left = instantOf(element) - at;
    if (Number.isNaN(left)) continue;
    const count = element.querySelector<HTMLElement>(":scope > .left") ?? element.appendChild(part("left", ""));
    const said = left >= 0 ? say("in {span}", { span: span(left) }) : say("late by {span}", { span: span(-left) });
    if (count.textContent !== ` ${said}`) count.textContent = ` ${said}`;
    count.classList.toggle("late", left < 0);
    count.classList.toggle("soon", left >= 0 && left < SOON);
  }
  for (const face of document.querySelectorAll<HTMLTimeElement>("time[data-clock-face]")) {
    const iso = new Date(at).toISOString();
    face.dateTime = iso;
    face.textContent = `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`;
  }
}

/** Tick each second, and at once whenever the page is seen again. */
export function keepTicking(): void {
  const beat = (): void => {
    tick();
    setTimeout(beat, SECOND - (Date.now() % SECOND));
  };
  beat();
  for (const name of ["pageshow", "focus", "resume"]) window.addEventListener(name, tick);
  document.addEventListener("visibilitychange", tick);
}

/** `12:03Z`, of an instant in ms. */
export function utc(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)}Z`;
}

/** `3 d 4 h`, `3 h 12 min`, `12 min 5 s`, `5 s`: two units at most, of ms. */
export function span(ms: number): string {
  const [days, hours] = [Math.floor(ms / DAY), Math.floor((ms % DAY) / HOUR)];
  const [minutes, seconds] = [Math.floor((ms % HOUR) / MINUTE), Math.floor((ms % MINUTE) / SECOND)];
  if (days) return say("{d} d {h} h", { d: days, h: hours });
  if (hours) return say("{h} h {m} min", { h: hours, m: minutes });
  if (minutes) return say("{m} min {s} s", { m: minutes, s: seconds });
  return say("{s} s", { s: seconds });
}

function instantOf(element: HTMLTimeElement): number {
  return Date.parse(element.dataset.due || element.dataset.when || element.dateTime);
}

function local(at: Date): string {
  const time = clockFormat.format(at);
  return at.getDate() === at.getUTCDate() ? time : `${dayFormat.format(at)} ${time}`;
}

function part(name: string, text: string): HTMLElement {
  const element = document.createElement("span");
  element.className = name;
  element.textContent = text;
  return element;
}
