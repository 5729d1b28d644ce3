// entry
/**
 * The map, inside `<figure data-map data-atlas data-symbols data-context data-look>`: parties by status, warnings, deployments.
 * It stands in front of the figure's caption, which holds the disclaimer; the page's own list says the same without it.
 */

import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { type MapData, type Style, stylesOf } from "./mapdata";
import { type Atlas, type Picture, type Symbols, draw, placesOf, saidOfMissing, swatch } from "./mapdraw";
import { type Moves, moves } from "./mapmoves";
import { type Country, type Look, isWorthIt } from "./mapview";
import { svg } from "./svg";
import { say } from "./words";

const SHIFT = 80;
const NARROW = 520;
/** Of the frame, in pixels. */
const BORDER = 1;

async function loaded<Kind>(address: string | undefined): Promise<Kind> {
  const answer = await fetch(address ?? "");
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return (await answer.json()) as Kind;
}

async function atlasOf(address: string | undefined): Promise<Atlas> {
  const topology = await loaded<Topology<{ countries: GeometryCollection }>>(address);
  const countries = feature(topology, topology.objects.countries).features as Country[];
  return { countries, byNumber: new Map(countries.map((one) => [String(one.id), one])) };
}

function read(): MapData | null {
  const block = document.getElementById("map-data");
  return block ? (JSON.parse(block.textContent ?? "null") as MapData | null) : null;
}

class MapFigure {
  private look: Look = "all";
  private width = 0;
  private moves: Moves | null = null;
  private picture: Picture | null = null;
  private data: MapData | null = null;
  private said = "";
  private readonly frame = made("div", "map-frame");
  private readonly controls = made("div", "map-controls");
  private readonly legend = made("ul", "map-legend");
  private readonly told = made("p", "map-told");
  private readonly figure: HTMLElement;
  private readonly atlas: Atlas;
  private readonly symbols: Symbols;

  constructor(figure: HTMLElement, atlas: Atlas, symbols: Symbols) {
    [this.figure, this.atlas, this.symbols] = [figure, atlas, symbols];
    this.figure.prepend(this.controls, this.frame, this.told, this.legend);
    this.controls.setAttribute("role", "group");
    this.controls.setAttribute("aria-label", say("Move the map"));
    if (this.figure.dataset.look === "most") this.look = "most";
    this.listen();
  }

  /** Draw what the page says now, unless it is drawn. */
  show(): void {
    const said = document.getElementById("map-data")?.textContent ?? "";
    if (said === this.said) return;
    this.said = said;
    this.data = read();
    if (!this.data) return;
    // On a phone the whole of a wide alliance is too small to read.
    if (!this.picture && this.widthNow() < NARROW && isWorthIt(placesOf(this.data, this.atlas))) this.look = "most";
    this.redraw();
  }

  /** Draw again where the figure's width has changed. */
  fit(): void {
    if (this.widthNow() !== this.width) this.redraw();
  }

  private widthNow(): number {
    return Math.max(280, this.figure.clientWidth - 2 * BORDER);
  }

  private redraw(): void {
    if (!this.data) return;
    this.width = this.widthNow();
    const styles = stylesOf(this.data.parties);
    const context = this.figure.dataset.context ?? "reality";
    this.picture = draw(this.data, this.atlas, this.symbols, styles, context, this.look, this.width);
    const isEmpty = this.picture.drawn.length === 0 && this.picture.marks.length === 0;
    this.frame.replaceChildren(...(isEmpty ? [] : [this.picture.root]));
    this.moves = moves(this.picture);
    this.controls.replaceChildren(...(isEmpty ? [] : this.buttons(this.data)));
    this.legend.replaceChildren(...(isEmpty ? [] : legendRows(styles)));
    this.told.textContent = saidOfMissing(this.picture.missing, this.data.parties.length);
    const first = this.picture.drawn[0]?.element;
    first?.setAttribute("tabindex", "0");
    this.figure.dataset.drawn = "";
    performance.mark("tocsin:map");
  }

  private buttons(data: MapData): HTMLElement[] {
    const places = placesOf(data, this.atlas);
    const look = (name: Look, text: string): HTMLElement => {
      const button = this.button(text, "", () => {
        this.look = name;
        this.redraw();
        this.controls.querySelector<HTMLElement>("[aria-pressed=true]")?.focus();
      });
      button.setAttribute("aria-pressed", String(this.look === name));
      return button;
    };
    return [
      look("all", say("All parties")),
      ...(isWorthIt(places) ? [look("most", say("Where most are"))] : []),
      look("world", say("Whole world")),
      this.button("+", say("Enlarge"), () => this.moves?.enlarge()),
      this.button("−", say("Make smaller"), () => this.moves?.shrink()),
      this.button("←", say("Look to the left"), () => this.moves?.shift(-SHIFT, 0)),
      this.button("→", say("Look to the right"), () => this.moves?.shift(SHIFT, 0)),
      this.button("↑", say("Look further up"), () => this.moves?.shift(0, -SHIFT)),
      this.button("↓", say("Look further down"), () => this.moves?.shift(0, SHIFT)),
    ];
  }

  private button(text: string, label: string, act: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = label ? "quiet square" : "quiet";
    button.textContent = text;
    if (label) {
      button.setAttribute("aria-label", label);
      button.title = label;
    }
    button.addEventListener("click", act);
    return button;
  }

  /** Outline what has the focus, over its neighbours. */
  private ring(element: Element): void {
    const shape = element.matches("path.party:focus-visible") ? element.getAttribute("d") : null;
    if (shape) this.picture?.ground.append(svg("path", { class: "ring", d: shape, "aria-hidden": "true" }));
  }

  /** Arrow keys go from party to party; what has the focus or the pointer is said below the map. */
  private listen(): void {
    this.frame.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const drawn = this.picture?.drawn ?? [];
      const place = drawn.findIndex(({ element }) => element === document.activeElement);
      if (!step || place < 0) return;
      event.preventDefault();
      const next = drawn[(place + step + drawn.length) % drawn.length];
      drawn[place]?.element.setAttribute("tabindex", "-1");
      next?.element.setAttribute("tabindex", "0");
      next?.element.focus();
    });
    const tell = ({ target }: Event): void => {
      const named = (target as Element).closest("[aria-label]:not(svg)");
      const missing = saidOfMissing(this.picture?.missing ?? [], this.data?.parties.length ?? 0);
      this.told.textContent = named?.getAttribute("aria-label") ?? missing;
    };
    this.frame.addEventListener("focusin", tell);
    this.frame.addEventListener("focusin", ({ target }) => this.ring(target as Element));
    this.frame.addEventListener("focusout", () => this.picture?.ground.querySelector(".ring")?.remove());
    this.frame.addEventListener("pointerover", tell);
  }
}

function legendRows(styles: Map<string, Style>): HTMLElement[] {
  return [...styles].map(([status, { name, count }]) => {
    const row = made("li", "");
    row.append(swatch(name), ` ${status} (${count})`);
    return row;
  });
}

function made(tag: string, name: string): HTMLElement {
  const element = document.createElement(tag);
  if (name) element.className = name;
  return element;
}

async function start(figure: HTMLElement): Promise<void> {
  const { atlas, symbols } = figure.dataset;
  const map = new MapFigure(figure, ...(await Promise.all([atlasOf(atlas), loaded<Symbols>(symbols)])));
  map.show();
  document.addEventListener("tocsin:swapped", () => map.show());
  new ResizeObserver(() => map.fit()).observe(figure);
}

const figure = document.querySelector<HTMLElement>("figure[data-map]");
if (figure && document.getElementById("map-data")) await start(figure);
