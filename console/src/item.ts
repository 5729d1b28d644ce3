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
  facts?: Fact[];
}

/** What `alike` asks of a fact. */
interface Fact {
  fact: string;
  case?: string;
  procedure?: string;
  party?: string;
  by?: string;
  question?: string;
  position?: string;
}

/** What equal acts have in common, as the page of the situation makes it (situation.py); empty for any other act. */
export function alike({ kind, case: of = "", name = "", facts = [] }: Item): string {
  if (kind === "confirmation") return [kind, of, name].join("/");
  const [fact] = facts;
  if (!fact || facts.length > 1) return "";
  const key = [fact.fact, fact.case, fact.procedure, fact.by === fact.party ? "" : (fact.by ?? "")];
  if (fact.fact === "text delivered") return key.join("/");
  return fact.fact === "position stated" ? [...key, fact.question ?? "", fact.position].join("/") : "";
}

/** The place in the feed, from 1 on; 0 for an empty cursor. */
export function place(cursor: string): number {
  return Number(cursor.slice(cursor.lastIndexOf("-") + 1)) || 0;
}

/** What stands before the place. */
export function epoch(cursor: string): string {
  return cursor.slice(0, Math.max(0, cursor.lastIndexOf("-")));
}
