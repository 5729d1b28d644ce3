/** The feed of this page: every item once, in order, whatever tab or request it came by. */

import { type Item, epoch, place } from "./item";
import { BY_ITSELF, type Reader, type Told, api } from "./stream";
import { share } from "./tabs";

const PAGE = 500;

/** Follow the feed after `body[data-cursor]`, and tell of each item once. */
export function followFeed(body: HTMLElement, listener: Told): void {
  let cursor = body.dataset.cursor ?? "";
  let newest = place(cursor);
  let fetching = false;

  const take = (items: Item[]): void => {
    const fresh: Item[] = [];
    for (const item of items) {
      const at = place(item.cursor);
      newest = Math.max(newest, at);
      if (at !== place(cursor) + 1) continue;
      cursor = item.cursor;
      fresh.push(item);
    }
    if (fresh.length) listener.items(fresh);
    if (newest > place(cursor)) void catchUp();
  };

  /** Ask for what another tab heard before this one listened. */
  const catchUp = async (): Promise<void> => {
    if (fetching) return;
    fetching = true;
    try {
      while (newest > place(cursor)) {
        const address = api("feed", { after: cursor, limit: String(PAGE) });
        const answer = await fetch(address, { headers: BY_ITSELF, cache: "no-store" });
        if (!answer.ok) return;
        const page = (await answer.json()) as { items: Item[] };
        if (!page.items.length) return;
        // Without `take`, which would come back here.
        const fresh = page.items.filter((item) => place(item.cursor) > place(cursor));
        cursor = page.items.at(-1)?.cursor ?? cursor;
        if (fresh.length) listener.items(fresh);
      }
    } catch {
      // The line broke; what comes next brings us here again.
    } finally {
      fetching = false;
    }
  };

  const reached = (other: string): void => {
    if (epoch(other) !== epoch(cursor) && other && cursor) listener.link("stale");
    newest = Math.max(newest, place(other));
    if (newest > place(cursor)) void catchUp();
  };
  const reader: Reader = { seat: body.dataset.seat ?? "", desk: body.dataset.desk ?? "", cursor: () => cursor };
  const beat = (): void => {
    listener.beat();
    if (newest > place(cursor)) void catchUp();
  };
  share(reader, { ...listener, items: take, beat }, reached);
}
