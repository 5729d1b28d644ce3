/** One item of a seat's feed, as the centre's stream gives it; and cursors, which name its place. */

export interface Item {
  /** `1-17`: what stands before the dash names the ledger's epoch. */
  cursor: string;
  /** ISO 8601, UTC. */
  at: string;
  kind: string;
  case?: string;
  name?: string;
  by?: string;
  says?: string[];
}

/** The place in the feed, from 1 on; 0 for an empty cursor. */
export function place(cursor: string): number {
  return Number(cursor.slice(cursor.lastIndexOf("-") + 1)) || 0;
}

/** What stands before the place. */
export function epoch(cursor: string): string {
  return cursor.slice(0, Math.max(0, cursor.lastIndexOf("-")));
}
