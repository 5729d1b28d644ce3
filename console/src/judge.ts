/**
 * From a receipt or a checkpoint to a verdict, step by step, each in words. It promises what docs/LEDGER.md promises,
 * in its words: self-consistent, signed, authentic up to what you hold; or refuted.
 */

import {
  type Bytes,
  type Checkpoint,
  continues,
  includes,
  type Key,
  leafHash,
  ledgerOf,
  opened,
  type Receipt,
  readCheckpoint,
  readKey,
  readReceipt,
  signedBy,
  tidied,
  Wrong,
} from "./proofs";
import { say } from "./words";

export type Mark = "ok" | "no" | "open";

export interface Step {
  mark: Mark;
  says: string;
}

export type Word = "authentic" | "signed" | "self-consistent" | "refuted" | "not checked" | "kept";

export interface Verdict {
  word: Word;
  says: string;
  /** The newest checkpoint that held: worth keeping. */
  checkpoint?: Checkpoint;
  /** The act as the record says it. */
  body?: string;
}

export interface Case {
  /** The receipt of an act; empty: the ledger's present checkpoint is looked at alone. */
  receipt: string;
  /** The facts that the page shows, as JSON; empty where it shows none. */
  facts: string;
  /** What the ledger is called, on the page. */
  origin: string;
  /** The checkpoint that the user holds; empty: none. */
  held: string;
  /** Verifier keys, one a line. */
  keys: string;
  /** Whether the user holds them: else they are what the centre says of itself. */
  ownKeys: boolean;
  /** Asked of the centre; undefined where it says that there is no such thing. */
  ask: {
    checkpoint(): Promise<string>;
    inclusion(size: bigint): Promise<Bytes[] | undefined>;
    consistency(old: bigint, size: bigint): Promise<Bytes[] | undefined>;
  };
  told(step: Step): void;
}

/** Ends a check: what does not hold. */
class Refuted extends Error {}
/** Ends a check: what could not be found out. */
class Unclear extends Error {}

export async function judge(about: Case): Promise<Verdict> {
  try {
    return await judged(about);
  } catch (error) {
    if (error instanceof Refuted) {
      about.told({ mark: "no", says: error.message });
      return { word: "refuted", says: error.message };
    }
    const why = error instanceof Unclear ? error.message : say("The check could not be finished: {why}", told(error));
    about.told({ mark: "open", says: why });
    return { word: "not checked", says: why };
  }
}

async function judged(about: Case): Promise<Verdict> {
  const keys = await keysOf(about);
  const held = about.held.trim() ? await heldOf(about, keys) : undefined;
  const receipt = about.receipt ? await read(() => readReceipt(about.receipt), RECEIPT) : undefined;
  const text = receipt ? receipt.checkpoint : await about.ask.checkpoint();
  const stands = await read(() => readCheckpoint(text), STANDING);
  checkLedger(about, stands.origin);
  const body = receipt ? await checkReceipt(about, receipt, stands) : undefined;
  await checkSignature(about, stands, keys);
  if (held) await compare(about, held, receipt, stands);
  const newest = held && held.size > stands.size ? held : stands;
  return { ...verdict(about, held, receipt, stands), checkpoint: newest, ...(body === undefined ? {} : { body }) };
}

// ---- what is compared

async function keysOf(about: Case): Promise<Key[]> {
  const lines = about.keys.split(/\s+/).filter(Boolean);
  const keys: Key[] = [];
  for (const line of lines) {
    try {
      keys.push(await readKey(line));
    } catch (error) {
      throw new Unclear(say("A verifier key cannot be used: {why}", told(error)));
    }
  }
  if (!keys.length) throw new Unclear(say("There is no verifier key to check with."));
  return keys;
}

async function heldOf(about: Case, keys: Key[]): Promise<Checkpoint> {
  let held: Checkpoint;
  try {
    held = readCheckpoint(tidied(about.held));
  } catch (error) {
    throw new Unclear(say("What you hold is no checkpoint: {why}", told(error)));
  }
  const { is } = await signedBy(held.note, keys);
  if (is === "forged") throw new Refuted(say("The signature of the checkpoint that you hold does not fit its text."));
  if (is === "unsupported") throw new Unclear(NO_ED25519());
  if (is === "unknown key") {
    throw new Unclear(say("The checkpoint that you hold is signed by none of these keys. Put its key on a line of its own."));
  }
  about.told({
    mark: "ok",
    says: say("You hold a checkpoint of {size} entries, signed by a key given here.", { size: count(held.size) }),
  });
  if (ledgerOf(held.origin) !== ledgerOf(about.origin)) {
    throw new Refuted(
      say("Your checkpoint is of another ledger, {one}; this is {other}.", { one: held.origin, other: about.origin }),
    );
  }
  return held;
}

function checkLedger(about: Case, origin: string): void {
  if (ledgerOf(origin) !== ledgerOf(about.origin)) {
    throw new Refuted(
      say("It is of another ledger, {one}; this page is of {other}.", { one: origin, other: about.origin }),
    );
  }
}

async function checkReceipt(about: Case, receipt: Receipt, stands: Checkpoint): Promise<string> {
  const { at, body } = await read(() => opened(receipt), RECEIPT);
  const time = new Date(Number(at / 1000n)).toISOString();
  about.told({ mark: "ok", says: say("The leaf commits to the record, written {time} by the clock of the centre's machine.", { time }) });
  if (about.facts) checkFacts(about, body);
  const size = count(stands.size);
  const hashed = await leafHash(receipt.leaf);
  if (!(await includes(hashed, receipt.index, stands.size, receipt.hashes, stands.root))) {
    throw new Refuted(
      say("The leaf does not lead to the root of the checkpoint: the receipt was altered, or it is of another entry."),
    );
  }
  about.told({
    mark: "ok",
    says: say("The leaf leads to the root over {size} entries, as entry {index}.", { size, index: count(receipt.index) }),
  });
  return body;
}

/** A record of an earlier schema says the same in other words, so only one of today's is compared. */
function checkFacts(about: Case, body: string): void {
  const record = parsed(body) as { schema?: unknown; facts?: unknown };
  const shown = parsed(about.facts) as { schema?: unknown; facts?: unknown };
  if (record.schema !== shown.schema) {
    about.told({
      mark: "open",
      says: say("The record is of an earlier release: compare it with the page by eye, below."),
    });
  } else if (plain(record.facts) !== plain(shown.facts)) {
    throw new Refuted(say("The record in the receipt says something else than this page."));
  } else {
    about.told({ mark: "ok", says: say("The facts on this page are those in the record.") });
  }
}

async function checkSignature(about: Case, stands: Checkpoint, keys: Key[]): Promise<void> {
  const { is, key } = await signedBy(stands.note, keys);
  if (is === "unsupported") throw new Unclear(NO_ED25519());
  if (is === "forged") {
    throw new Refuted(say("The signature does not fit the checkpoint: its text was changed, or another key made it."));
  }
  if (is === "unknown key" || !key) {
    throw new Refuted(
      say("The checkpoint {origin} is signed by none of the keys you gave. After a restore or a change of keys there is a new key: ask its owner for it, not this page.", {
        origin: stands.origin,
      }),
    );
  }
  const values = { size: count(stands.size), name: key.name, id: key.id };
  about.told({ mark: "ok", says: say("The checkpoint of {size} entries is signed by {name}, key {id}.", values) });
}

async function compare(about: Case, held: Checkpoint, receipt: Receipt | undefined, stands: Checkpoint): Promise<void> {
  const values = { held: count(held.size), size: count(stands.size) };
  if (held.size > stands.size) {
    await checkNotRolledBack(about, held);
    const path = await about.ask.consistency(stands.size, held.size);
    await fits(path !== undefined && continues(stands.size, held.size, path, stands.root, held.root), values);
    if (receipt) {
      const way = await about.ask.inclusion(held.size);
      const hashed = await leafHash(receipt.leaf);
      await fits(way !== undefined && includes(hashed, receipt.index, held.size, way, held.root), values);
      about.told({ mark: "ok", says: say("The leaf leads to the root of your checkpoint, too.") });
    }
    about.told({ mark: "ok", says: say("Your checkpoint of {held} entries continues this one of {size}.", values) });
    return;
  }
  const proof = held.size === stands.size ? [] : await about.ask.consistency(held.size, stands.size);
  await fits(proof !== undefined && continues(held.size, stands.size, proof, held.root, stands.root), values);
  about.told({
    mark: "ok",
    says:
      held.size === stands.size
        ? say("Your checkpoint has the same size and the same root.")
        : say("The {size} entries begin with the {held} of your checkpoint, unchanged.", values),
  });
}

async function fits(holds: boolean | Promise<boolean>, values: Record<string, string>): Promise<void> {
  if (await holds) return;
  throw new Refuted(
    say("This ledger does not fit your checkpoint of {held} entries: what it covers was altered, or you are shown a fork. Keep your checkpoint and this receipt: together they are the evidence.", values),
  );
}

/** Where the user holds more than the receipt covers, the centre must have as much. */
async function checkNotRolledBack(about: Case, held: Checkpoint): Promise<void> {
  const text = await about.ask.checkpoint();
  const present = await read(() => readCheckpoint(text), STANDING);
  if (present.size < held.size) {
    throw new Refuted(
      say("The ledger has {size} entries now, and your checkpoint covers {held}: it was rolled back, and entries you were told of are gone.", {
        size: count(present.size),
        held: count(held.size),
      }),
    );
  }
}

// ---- what it comes to

function verdict(about: Case, held: Checkpoint | undefined, receipt: Receipt | undefined, stands: Checkpoint): Verdict {
  const values = { size: count(stands.size), held: held ? count(held.size) : "" };
  if (held && about.ownKeys) {
    if (receipt && receipt.index >= held.size) {
      return {
        word: "signed",
        says: say("This act came after your checkpoint of {held} entries. The ledger continues what you hold unchanged, and its key signed the act. Keep the newer checkpoint.", values),
      };
    }
    return {
      word: "authentic",
      says: receipt
        ? say("This act is one of the {held} entries of the checkpoint you hold, unchanged.", values)
        : say("The ledger is intact up to your checkpoint: its first {held} entries are unchanged. Of later ones nothing is said but that its key signed them.", values),
    };
  }
  if (about.ownKeys) {
    return {
      word: "signed",
      says: say("The key you trust signed it. Whether everybody is shown the same ledger, only a checkpoint you kept can tell.", values),
    };
  }
  return {
    word: "self-consistent",
    says: held
      ? say("It fits together, and continues the checkpoint of {held} entries you gave. Its signatures were judged by a key that the centre itself names: give the key you hold to have it authentic.", values)
      : say("It fits together. Whoever runs the centre could have made all of it anew: keep this checkpoint, and get the key from its owner by another way.", values),
  };
}

// ---- words

const RECEIPT = (): string => say("The receipt does not hold");
const STANDING = (): string => say("The checkpoint cannot be read");
const NO_ED25519 = (): string =>
  say("This browser cannot check Ed25519 signatures. Use the command line instead: the command stands below.");

export function count(size: bigint): string {
  return size.toLocaleString(document.documentElement.lang || undefined);
}

function told(error: unknown): { why: string } {
  return { why: error instanceof Error ? error.message : String(error) };
}

/** What is made of what the centre sent; what cannot be read is refuted. */
async function read<T>(make: () => T | Promise<T>, what: () => string): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (error instanceof Wrong) throw new Refuted(`${what()}: ${error.message}.`);
    throw error;
  }
}

function parsed(text: string): object {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}

/** JSON with the members of each object in order. */
function plain(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(plain).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const object = value as Record<string, unknown>;
  return `{${Object.keys(object)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${plain(object[name])}`)
    .join(",")}}`;
}
