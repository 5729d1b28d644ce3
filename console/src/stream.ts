/**
 * The centre's event stream, read by fetch: other than an EventSource it tells a session that ended from a line that
 * broke, and waits longer each time, with chance in it, so that a centre that comes back is not stormed.
 */

import type { Item } from "./item";
import { forSeat } from "./paths";
import { onWake, pause } from "./wake";

/** on: connected. off: not. ended: nobody is signed in any more. other: somebody else is. stale: begin anew. */
export type Link = "on" | "off" | "ended" | "other" | "stale";

export interface Told {
  items(items: Item[]): void;
  link(link: Link): void;
  /** The clock of a replay or an exercise goes otherwise now. */
  clock(clock: Clock): void;
  /** Something came, were it only the sign that nothing did. */
  beat(): void;
}

export interface Clock {
  /** ISO 8601, UTC. */
  now: string;
  /** Simulated seconds a second. */
  rate: number;
}

/** Whom the page was made for; and where its feed goes on. */
export interface Reader {
  seat: string;
  /** The desk's id; empty where the page does not say it. */
  desk: string;
  cursor(): string;
}

/** The centre says something at least every 15 s. */
const SILENCE_MS = 45_000;
const WAIT_MS = 1_000;
const WAIT_MS_MAX = 30_000;
/** How long a page whose session ended waits before it asks again by itself; it asks at once when somebody comes. */
const ENDED_MS = 300_000;
const UNAUTHORIZED = 401;
const WRONG_CURSOR = [400, 404];

/** Marks a request as the page's own: it does not keep its session alive. */
export const BY_ITSELF = { "x-by-itself": "1" };

/** An address of the centre's API, for the seat that the page itself is for. */
export function api(path: string, query: Record<string, string> = {}): string {
  const asked = new URLSearchParams(query).toString();
  return forSeat(`/api/v1/${path}${asked && `?${asked}`}`);
}

/** Follow the feed until aborted. */
export async function follow(reader: Reader, told: Told, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const began = Date.now();
    const { link, wait } = await connect(reader, told, signal);
    if (signal.aborted) return;
    told.link(link);
    if (link === "stale") return;
    if (link === "ended" || link === "other") {
      await pause(ENDED_MS, signal);
      continue;
    }
    failures = Date.now() - began > SILENCE_MS ? 0 : failures + 1;
    const longest = Math.min(WAIT_MS_MAX, WAIT_MS * 2 ** (failures - 1));
    await pause(Math.max(wait, longest * (0.25 + 0.75 * Math.random())), signal, wait === 0);
  }
}

interface End {
  link: Link;
  /** What the centre asked to wait, in ms. */
  wait: number;
}

async function connect(reader: Reader, told: Told, signal: AbortSignal): Promise<End> {
  const line = new AbortController();
  const cut = (): void => line.abort();
  signal.addEventListener("abort", cut, { once: true });
  try {
    const me = await fetch(api("me"), { headers: BY_ITSELF, cache: "no-store", signal: line.signal });
    if (!me.ok) return refusal(me);
    const who = (await me.json()) as { seat: string; desk: string; on_behalf?: string };
    const isOther = (who.on_behalf || who.seat) !== reader.seat || (reader.desk && who.desk !== reader.desk);
    if (isOther) return { link: "other", wait: 0 };
    const headers: Record<string, string> = { accept: "text/event-stream", ...BY_ITSELF };
    const cursor = reader.cursor();
    if (cursor) headers["last-event-id"] = cursor;
    const answer = await fetch(api("events"), { headers, cache: "no-store", signal: line.signal });
    if (!answer.ok || !answer.body) return refusal(answer);
    told.link("on");
    await read(answer.body, told, line);
  } catch {
    // The line broke, or was cut.
  } finally {
    signal.removeEventListener("abort", cut);
    line.abort();
  }
  return { link: "off", wait: 0 };
}

function refusal(answer: Response): End {
  if (answer.status === UNAUTHORIZED) return { link: "ended", wait: 0 };
  if (WRONG_CURSOR.includes(answer.status)) return { link: "stale", wait: 0 };
  return { link: "off", wait: 1000 * (Number(answer.headers.get("retry-after")) || 0) };
}

/** Read events until the stream ends, or has been silent for too long. */
async function read(body: ReadableStream<Uint8Array>, told: Told, line: AbortController): Promise<void> {
  let heard = Date.now();
  const check = (): void => {
    if (Date.now() - heard > SILENCE_MS) line.abort();
  };
  const watch = setInterval(check, SILENCE_MS / 9);
  onWake(check, line.signal);
  try {
    const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard = Date.now();
      told.beat();
      const frames = (rest + value).split("\n\n");
      rest = frames.pop() ?? "";
      const items = frames.flatMap((frame) => data<Item>(frame, "item"));
      if (items.length) told.items(items);
      const clock = frames.flatMap((frame) => data<Clock>(frame, "clock")).at(-1);
      if (clock) told.clock(clock);
    }
  } finally {
    clearInterval(watch);
  }
}

/** What an event of this kind carries; nothing where it is of another. */
function data<T>(frame: string, kind: string): T[] {
  const lines = frame.split("\n");
  if (!lines.includes(`event: ${kind}`)) return [];
  const parts = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5).trimStart());
  return [JSON.parse(parts.join("\n")) as T];
}
