/**
 * What proves the ledger, checked here: keys, signed notes, checkpoints, receipts and the tree of RFC 6962. Written from
 * docs/LEDGER.md, section 5; it shares nothing with the centre that makes what it checks. WebCrypto hashes and verifies.
 */

export type Bytes = Uint8Array<ArrayBuffer>;

export interface Key {
  text: string;
  name: string;
  /** 8 hex digits. */
  id: string;
  public: Bytes;
}

export interface Note {
  /** With its last newline: what is signed. */
  text: string;
  signatures: { name: string; id: string; signature: Bytes }[];
}

export interface Checkpoint {
  origin: string;
  size: bigint;
  root: Bytes;
  note: Note;
}

export interface Receipt {
  index: bigint;
  hashes: Bytes[];
  checkpoint: string;
  leaf: Bytes;
  salt: Bytes;
  frame: Bytes;
}

/** What the record of a receipt says. */
export interface Opened {
  /** When it was written: microseconds UTC. */
  at: bigint;
  /** The record as text, without the line that names its contents. */
  body: string;
}

export type Signed = "signed" | "unknown key" | "forged" | "unsupported";

/** What cannot be read, or does not hold: the message says why. */
export class Wrong extends Error {}

const NOTE_LETTERS_MAX = 65_536;
const SIGNATURES_MAX = 100;
const HASHES_MAX = 64;
const NUMBER_MAX = 2n ** 63n - 1n;
const ED25519 = 1;

const utf8 = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

// ---- bytes

export async function sha256(...parts: Bytes[]): Promise<Bytes> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined));
}

export function hex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function same(one: Bytes, other: Bytes): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

/** The bytes of base64 in its one canonical spelling. */
export function base64(text: string): Bytes {
  let letters: string;
  try {
    letters = atob(text);
  } catch {
    throw new Wrong(`'${text.slice(0, 40)}' is no base64`);
  }
  if (btoa(letters) !== text) throw new Wrong(`'${text.slice(0, 40)}' is not canonical base64`);
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}

/** A number as the formats write it. */
export function number(text: string): bigint {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text) || BigInt(text) > NUMBER_MAX) {
    throw new Wrong(`'${text.slice(0, 40)}' is no number`);
  }
  return BigInt(text);
}

function decoded(bytes: Bytes): string {
  try {
    return strict.decode(bytes);
  } catch {
    throw new Wrong("it is not UTF-8");
  }
}

// ---- notes and keys

/** A verifier key: name+id+key. */
export async function readKey(text: string): Promise<Key> {
  const [name = "", id = "", ...rest] = text.trim().split("+");
  const content = base64(rest.join("+"));
  if (!name || content.length !== 33 || content[0] !== ED25519) throw new Wrong("it is no Ed25519 verifier key");
  const named = hex((await sha256(utf8.encode(`${name}\n`), content)).slice(0, 4));
  if (named !== id) throw new Wrong("its id does not belong to its name and key: copy the whole line anew");
  return { text: text.trim(), name, id, public: content.slice(1) };
}

/** A signed note, taken apart; nothing of it is believed yet. */
export function readNote(note: string): Note {
  if (note.length > NOTE_LETTERS_MAX) throw new Wrong("it is too long");
  if (/[\x00-\x09\x0b-\x1f]/.test(note) || !note.endsWith("\n")) throw new Wrong("it is no signed note");
  const gap = note.lastIndexOf("\n\n");
  if (gap < 0) throw new Wrong("no empty line sets its signatures apart");
  const lines = note.slice(gap + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) throw new Wrong("it has too many signatures");
  const signatures = lines.map((line) => {
    const [dash, name, text, ...more] = line.split(" ");
    if (dash !== "—" || !name || text === undefined || more.length) throw new Wrong("a signature line of it is none");
    const content = base64(text);
    if (content.length < 5) throw new Wrong("a signature of it is too short");
    return { name, id: hex(content.slice(0, 4)), signature: content.slice(4) };
  });
  return { text: note.slice(0, gap + 1), signatures };
}

/** A note with its last newline, which pasting may have lost, and without what mail and editors put around it. */
export function tidied(pasted: string): string {
  return `${pasted.replace(/\r\n?/g, "\n").trim()}\n`;
}

export function readCheckpoint(text: string): Checkpoint {
  const note = readNote(text);
  const lines = note.text.split("\n").slice(0, -1);
  const [origin, size, root] = lines;
  if (!origin || size === undefined || root === undefined || lines.some((line) => !line)) {
    throw new Wrong("it has not three lines: origin, size and root");
  }
  const digest = base64(root);
  if (digest.length !== 32) throw new Wrong("its root has not 32 bytes");
  return { origin, size: number(size), root: digest, note };
}

/** The name and the mode in an origin `tocsin/<name>/<mode>/<epoch>`: what no restore changes. */
export function ledgerOf(origin: string): string {
  return origin.replace(/\/[0-9]+$/, "");
}

/** Whether one of the keys signed the note. A known key whose signature fails makes it forged, whoever else signed. */
export async function signedBy(note: Note, keys: Key[]): Promise<{ is: Signed; key?: Key }> {
  const message = utf8.encode(note.text);
  const judged = new Set<Key>();
  let found: Key | undefined;
  for (const { name, id, signature } of note.signatures) {
    const key = keys.find((one) => one.name === name && one.id === id);
    if (key === undefined || judged.has(key)) continue;
    judged.add(key);
    const holds = await verifies(key, message, signature);
    if (holds === undefined) return { is: "unsupported", key };
    if (!holds) return { is: "forged", key };
    found ??= key;
  }
  return found ? { is: "signed", key: found } : { is: "unknown key" };
}

async function verifies(key: Key, message: Bytes, signature: Bytes): Promise<boolean | undefined> {
  let known: CryptoKey;
  try {
    known = await crypto.subtle.importKey("raw", key.public, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    // A key that is none is refused with DataError; NotSupportedError says that the browser lacks the algorithm.
    if (error instanceof DOMException && error.name === "DataError") return false;
    return undefined;
  }
  return crypto.subtle.verify({ name: "Ed25519" }, known, signature, message);
}

// ---- receipts

export function readReceipt(text: string): Receipt {
  const gap = text.indexOf("\n\n");
  const [first, extra, index, ...hashes] = text.slice(0, Math.max(0, gap)).split("\n");
  if (first !== "c2sp.org/tlog-proof@v1" || !extra?.startsWith("extra ") || !index?.startsWith("index ")) {
    throw new Wrong("it is no tlog-proof");
  }
  if (hashes.length > HASHES_MAX) throw new Wrong("it has too many hashes");
  const beside = members(decoded(base64(extra.slice(6))));
  return {
    index: number(index.slice(6)),
    hashes: hashes.map(digest),
    checkpoint: text.slice(gap + 2),
    leaf: beside("leaf"),
    salt: beside("salt"),
    frame: beside("frame"),
  };
}

/** What a record's leaf commits to. Throws Wrong where salt and frame are not that. */
export async function opened({ leaf, salt, frame }: Receipt): Promise<Opened> {
  const said = /^record (0|[1-9][0-9]{0,17}) ([0-9a-f]{64})\n$/.exec(decoded(leaf));
  if (!said) throw new Wrong("its leaf is not that of a record");
  if (salt.length !== 32 || hex(await sha256(salt, frame)) !== said[2]) {
    throw new Wrong("the record it shows is not the one its leaf commits to");
  }
  const text = decoded(frame);
  const end = text.indexOf("\n");
  if (!/^contents( [0-9a-f]{64}){0,16}$/.test(text.slice(0, Math.max(0, end)))) {
    throw new Wrong("its record begins in no known way");
  }
  return { at: BigInt(said[1] ?? 0), body: text.slice(end + 1) };
}

export function digest(text: string): Bytes {
  const bytes = base64(text);
  if (bytes.length !== 32) throw new Wrong("a hash of it has not 32 bytes");
  return bytes;
}

function members(json: string): (name: string) => Bytes {
  let read: unknown;
  try {
    read = JSON.parse(json);
  } catch {
    throw new Wrong("what it shows is no JSON");
  }
  const object = (typeof read === "object" && read !== null ? read : {}) as Record<string, unknown>;
  if (Object.keys(object).some((name) => !["leaf", "salt", "frame", "contents"].includes(name))) {
    throw new Wrong("it shows something that no receipt holds");
  }
  return (name) => {
    const value = object[name] ?? "";
    if (typeof value !== "string") throw new Wrong(`its ${name} is no text`);
    return base64(value);
  };
}

// ---- the tree

export function leafHash(leaf: Bytes): Promise<Bytes> {
  return sha256(Uint8Array.of(0), leaf);
}

function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(Uint8Array.of(1), left, right);
}

/** Whether the path leads from a leaf at `index` to the root over `size` leaves (RFC 9162, 2.1.3.2). */
export async function includes(
  hashed: Bytes,
  index: bigint,
  size: bigint,
  path: Bytes[],
  root: Bytes,
): Promise<boolean> {
  if (index < 0n || index >= size) return false;
  let [place, last, found] = [index, size - 1n, hashed];
  for (const sibling of path) {
    if (last === 0n) return false;
    if (place & 1n || place === last) {
      found = await nodeHash(sibling, found);
      while (!(place & 1n) && place) [place, last] = [place >> 1n, last >> 1n];
    } else {
      found = await nodeHash(found, sibling);
    }
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n && same(found, root);
}

/** Whether the tree of `size` leaves begins with that of `old` (RFC 9162, 2.1.4.2); `old` is at least 1. */
export async function continues(
  old: bigint,
  size: bigint,
  proof: Bytes[],
  oldRoot: Bytes,
  root: Bytes,
): Promise<boolean> {
  if (old < 1n || old > size) return false;
  if (old === size) return proof.length === 0 && same(oldRoot, root);
  const path = (old & (old - 1n)) === 0n ? [oldRoot, ...proof] : [...proof];
  const first = path.shift();
  if (first === undefined || proof.length === 0) return false;
  let [place, last] = [old - 1n, size - 1n];
  while (place & 1n) [place, last] = [place >> 1n, last >> 1n];
  let [before, now] = [first, first];
  for (const sibling of path) {
    if (last === 0n) return false;
    if (place & 1n || place === last) {
      before = await nodeHash(sibling, before);
      now = await nodeHash(sibling, now);
      while (!(place & 1n) && place) [place, last] = [place >> 1n, last >> 1n];
    } else {
      now = await nodeHash(now, sibling);
    }
    [place, last] = [place >> 1n, last >> 1n];
  }
  return last === 0n && same(before, oldRoot) && same(now, root);
}
