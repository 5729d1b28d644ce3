// entry
/** `[data-verify]`: a receipt, or the ledger as it stands, checked here against what the user holds. */

import { type Case, count, judge, type Mark, type Verdict } from "./judge";
import { forSeat } from "./paths";
import { type Bytes, digest, ledgerOf, readCheckpoint, tidied } from "./proofs";
import { say } from "./words";

/** What the user holds of a ledger. It stays in this browser. */
interface Kept {
  note: string;
  keys: string;
  /** ISO 8601. */
  since: string;
}

const SIGNS: Record<Mark, string> = { ok: "✓", no: "✕", open: "○" };
const LOOKS: Record<Verdict["word"], string> = {
  authentic: "done",
  signed: "done",
  "self-consistent": "note",
  refuted: "problem",
  "not checked": "note",
  kept: "done",
};

class Check {
  private readonly checkpoint: HTMLTextAreaElement;
  private readonly keys: HTMLTextAreaElement;
  private readonly place: string;
  private found: Verdict | undefined;

  constructor(private readonly root: HTMLElement) {
    this.checkpoint = this.part<HTMLTextAreaElement>("[data-held]");
    this.keys = this.part<HTMLTextAreaElement>("[data-held-keys]");
    this.place = `tocsin/held/${this.ledger()}`;
  }

  begin(): void {
    this.root.hidden = false;
    this.fill();
    this.on("[data-check]", () => this.check());
    this.on("[data-keep]", () => this.keepFound());
    this.on("[data-keep-given]", () => this.keepGiven());
    this.on("[data-forget]", () => this.forget());
    this.part<HTMLInputElement>("[data-file]").addEventListener("change", (event) => this.take(event));
    if (!globalThis.crypto?.subtle) {
      this.show({ word: "not checked", says: say("This page was not loaded over a safe connection, so the browser checks nothing here. Use the command line instead: the command stands below.") });
      this.part<HTMLButtonElement>("[data-check]").disabled = true;
    }
  }

  /**
   * What the checkpoint is kept under. A live ledger is one by its name, so that another one under that name is found
   * out; of replays and exercises there are many of one name, told apart by the key that each began with.
   */
  private ledger(): string {
    const name = ledgerOf(this.said("origin"));
    return name.endsWith("/live") ? name : `${name}/${this.said("trusted").split(" ")[0] ?? ""}`;
  }

  // ---- what is held

  private fill(): void {
    const kept = this.kept();
    const state = this.part("[data-holding]");
    this.part("[data-forget]").hidden = !kept;
    if (!kept) {
      state.textContent = say("You hold no checkpoint of this ledger in this browser yet.");
      return;
    }
    const { size, root } = readCheckpoint(kept.note);
    state.textContent = say("You hold a checkpoint of {size} entries, kept {date}. Root: {root}", {
      size: count(size),
      date: `${kept.since.slice(0, 16).replace("T", " ")}Z`,
      root: btoa(String.fromCharCode(...root)),
    });
    this.checkpoint.value = kept.note;
    this.keys.value = kept.keys;
  }

  private kept(): Kept | undefined {
    try {
      const kept = JSON.parse(localStorage.getItem(this.place) ?? "null") as Kept | null;
      if (!kept) return undefined;
      readCheckpoint(kept.note);
      return kept;
    } catch {
      return undefined;
    }
  }

  private keep(note: string, keys: string): void {
    try {
      const kept: Kept = { note, keys, since: new Date().toISOString() };
      localStorage.setItem(this.place, JSON.stringify(kept));
    } catch {
      this.part("[data-holding]").textContent = say("This browser keeps nothing: save the checkpoint in a file.");
      return;
    }
    this.fill();
    const says = say("From now on this browser can tell whether the ledger still continues it. Keep it outside of this browser, too.");
    this.show({ word: "kept", says });
  }

  private keepFound(): void {
    const text = this.found?.checkpoint?.note;
    if (!text) return;
    const signatures = text.signatures.map(({ name, id, signature }) => {
      const content = new Uint8Array([...fromHex(id), ...signature]);
      return `— ${name} ${btoa(String.fromCharCode(...content))}\n`;
    });
    this.keep(`${text.text}\n${signatures.join("")}`, this.given(this.keys) || this.said("trusted"));
  }

  private keepGiven(): void {
    try {
      const note = tidied(this.checkpoint.value);
      readCheckpoint(note);
      this.keep(note, this.given(this.keys) || this.said("trusted"));
    } catch (error) {
      this.show({ word: "not checked", says: say("What you hold is no checkpoint: {why}", { why: String(error) }) });
    }
  }

  private forget(): void {
    localStorage.removeItem(this.place);
    this.checkpoint.value = "";
    this.keys.value = "";
    this.fill();
  }

  private async take(event: Event): Promise<void> {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (file) this.checkpoint.value = await file.text();
  }

  // ---- the check

  private async check(): Promise<void> {
    const steps = this.part<HTMLOListElement>("[data-steps]");
    const button = this.part<HTMLButtonElement>("[data-check]");
    steps.replaceChildren();
    this.part("[data-verdict]").hidden = true;
    button.disabled = true;
    try {
      this.show(await judge(await this.case(steps)));
    } catch {
      this.show({ word: "not checked", says: say("The centre did not answer, so nothing was checked. Try again.") });
    }
    button.disabled = false;
  }

  private async case(steps: HTMLOListElement): Promise<Case> {
    const own = this.given(this.keys);
    const receipt = this.said("receipt");
    return {
      receipt: receipt ? await text(forSeat(receipt)) : "",
      facts: this.said("facts"),
      origin: this.said("origin"),
      held: this.given(this.checkpoint),
      keys: own || this.said("trusted"),
      ownKeys: own !== "",
      ask: {
        checkpoint: () => text("/api/v1/checkpoint"),
        inclusion: (size) => hashes(forSeat(`${receipt}/inclusion?size=${size}`)),
        consistency: (old, size) => hashes(`/api/v1/consistency?old=${old}&size=${size}`),
      },
      told: ({ mark, says }) => {
        const line = document.createElement("li");
        line.className = mark;
        line.textContent = `${SIGNS[mark]} ${says}`;
        steps.append(line);
      },
    };
  }

  private show(verdict: Verdict): void {
    this.found = verdict;
    const box = this.part("[data-verdict]");
    const word = document.createElement("strong");
    word.textContent = `${say(verdict.word)}: `;
    box.className = LOOKS[verdict.word];
    box.replaceChildren(word, verdict.says);
    box.hidden = false;
    this.part("[data-keep]").hidden = !verdict.checkpoint;
    const record = this.root.querySelector<HTMLElement>("[data-record]");
    if (record) {
      record.hidden = verdict.body === undefined;
      this.part("[data-record] pre").textContent = verdict.body === undefined ? "" : pretty(verdict.body);
    }
  }

  // ---- parts

  private part<E extends HTMLElement = HTMLElement>(which: string): E {
    const found = this.root.querySelector<E>(which);
    if (!found) throw new Error(`the page has no ${which}`);
    return found;
  }

  private on(which: string, does: () => void | Promise<void>): void {
    this.part(which).addEventListener("click", () => void does());
  }

  private said(name: string): string {
    return this.root.dataset[name] ?? "";
  }

  private given(field: HTMLTextAreaElement): string {
    return field.value.trim();
  }
}

async function text(address: string): Promise<string> {
  const answer = await fetch(address, { cache: "no-store" });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.text();
}

async function hashes(address: string): Promise<Bytes[] | undefined> {
  const answer = await fetch(address, { cache: "no-store" });
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(String(answer.status));
  const told = (await answer.json()) as { hashes: string[] };
  return told.hashes.map(digest);
}

function fromHex(id: string): Uint8Array {
  return Uint8Array.from(id.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 1);
  } catch {
    return json;
  }
}

for (const root of document.querySelectorAll<HTMLElement>("[data-verify]")) new Check(root).begin();
