/**
 * One stream a browser, however many tabs. The tab that holds a Web Lock reads the stream and tells the others over a
 * BroadcastChannel; when it closes, the next takes over from where it is itself. Where a browser has no locks, which
 * is so on a page that came without TLS from another machine, each tab reads for itself.
 */

import type { Item } from "./item";
import { type Clock, type Link, type Reader, type Told, follow } from "./stream";
import { onWake, wake } from "./wake";

type Message =
  | { kind: "items"; items: Item[] }
  | { kind: "link"; link: Link; cursor: string; hidden: boolean }
  | { kind: "clock"; clock: Clock }
  | { kind: "beat" }
  | { kind: "hello" };

/** Browsers let the timers of hidden tabs wait: a tab that is seen looks for the centre itself after so long. */
const IMPATIENCE_MS = 4_000;
/** After so long without a word the tab that should speak is taken to be frozen. */
const SILENCE_MS = 60_000;

/** Follow the feed together with the other tabs of this desk. `reached` is told how far another tab is. */
export function share(reader: Reader, told: Told, reached: (cursor: string) => void): void {
  const name = `tocsin-feed/${reader.seat}/${reader.desk}`;
  const never = new AbortController();
  if (!navigator.locks) {
    void follow(reader, told, never.signal);
    return;
  }
  const channel = new BroadcastChannel(name);
  const post = (message: Message): void => channel.postMessage(message);
  let leads = false;
  let link: Link = "off";
  let heard = Date.now();
  let impatience: ReturnType<typeof setTimeout> | undefined;
  const tellLink = (): void => post({ kind: "link", link, cursor: reader.cursor(), hidden: document.hidden });
  channel.onmessage = ({ data }: MessageEvent<Message>): void => {
    if (data.kind === "hello") {
      if (!leads) return;
      tellLink();
      // Somebody came: perhaps the centre is back, or they signed in again.
      if (link !== "on") wake();
      return;
    }
    heard = Date.now();
    if (data.kind === "items") told.items(data.items);
    if (data.kind === "clock") told.clock(data.clock);
    if (data.kind === "beat") told.beat();
    if (data.kind === "link") {
      told.link(data.link);
      reached(data.cursor);
      clearTimeout(impatience);
      if (data.link === "off" && data.hidden) impatience = setTimeout(() => !document.hidden && stand(true), IMPATIENCE_MS);
    }
  };
  const relayed: Told = {
    items(items) {
      told.items(items);
      post({ kind: "items", items });
    },
    link(now) {
      link = now;
      told.link(now);
      tellLink();
    },
    clock(clock) {
      told.clock(clock);
      post({ kind: "clock", clock });
    },
    beat() {
      told.beat();
      post({ kind: "beat" });
    },
  };
  const lead = async (signal: AbortSignal): Promise<void> => {
    leads = true;
    await follow(reader, relayed, signal);
    if (turn.signal === signal) leads = false;
  };
  let turn = new AbortController();
  const stand = (steal: boolean): void => {
    turn.abort();
    turn = new AbortController();
    const { signal } = turn;
    const options: LockOptions = steal ? { steal } : { signal };
    navigator.locks.request(name, options, () => lead(signal)).catch(() => {
      // We stood anew ourselves; or another tab took the lock from us, because we were frozen.
      if (!signal.aborted) {
        leads = false;
        stand(false);
      }
    });
  };
  stand(false);
  post({ kind: "hello" });
  onWake(() => {
    if (leads) return;
    post({ kind: "hello" });
    if (!document.hidden && Date.now() - heard > SILENCE_MS) {
      heard = Date.now();
      stand(true);
    }
  }, never.signal);
}
