/** The picture: countries, parties by status, labels, marks. */

import { type GeoPath, geoGraticule10, geoPath } from "d3-geo";
import type { Deployment, MapData, Party, Style } from "./mapdata";
import { type Country, type Look, type Place, type Point, middle, placeOf, viewOf } from "./mapview";
import { pathTo } from "./paths";
import { parsed, svg } from "./svg";
import { say } from "./words";

/** A picture narrower than this has smaller dots and marks. */
const NARROW = 520;
/** A shape smaller than this, in square pixels, gets a dot. */
const TINY = 28;
const TINY_NARROW = 8;
const DOT = 5;
const DOT_NARROW = 3.5;
const MARK = 27;
const MARK_NARROW = 20;

export type Symbols = Record<string, { svg: string }>;

export interface Atlas {
  countries: Country[];
  byNumber: Map<string, Country>;
}

/** A party on the map: what takes the focus, and where its label goes. */
export interface Drawn {
  party: Party;
  element: SVGGraphicsElement;
  at: Point;
  /** Of its shape, in pixels; nothing for a dot. */
  room: { width: number; height: number };
}

export interface Mark {
  element: SVGGElement;
  at: Point;
}

export interface Picture {
  root: SVGSVGElement;
  /** What is moved and enlarged; labels and marks only move. */
  ground: SVGGElement;
  over: SVGGElement;
  drawn: Drawn[];
  marks: Mark[];
  missing: Party[];
  size: Point;
  /** The side of a mark, in pixels. */
  mark: number;
}

/** What of the parties must be in view. */
export function placesOf(data: MapData, atlas: Atlas): Place[] {
  return data.parties.flatMap((party) => {
    const country = countryOf(party, atlas);
    if (country) return [placeOf(country)];
    const at = pointOf(party);
    return at ? [{ middle: at, outline: [at] }] : [];
  });
}

/** Draw everything for a look, in a picture of that width. */
export function draw(
  data: MapData,
  atlas: Atlas,
  symbols: Symbols,
  styles: Map<string, Style>,
  context: string,
  look: Look,
  width: number,
): Picture {
  const { projection, height } = viewOf(look, placesOf(data, atlas), width);
  const isNarrow = width < NARROW;
  const path = geoPath(projection).digits(1);
  const ground = svg("g", { class: "ground" });
  const over = svg("g", { class: "over" });
  ground.append(svg("path", { class: "sea", d: path({ type: "Sphere" }) ?? "" }));
  ground.append(svg("path", { class: "graticule", d: path(geoGraticule10()) ?? "" }));

  const members = new Set(data.parties.map((party) => countryOf(party, atlas)));
  const others = atlas.countries.filter((country) => !members.has(country));
  ground.append(svg("path", { class: "land", d: others.map((country) => path(country) ?? "").join("") }));

  const drawn: Drawn[] = [];
  const missing: Party[] = [];
  for (const party of data.parties) {
    const one = drawParty(party, countryOf(party, atlas), path, styles.get(party.status)?.name ?? "s6", { ground, over, isNarrow });
    if (one) drawn.push(one);
    else missing.push(party);
    if (one && party.id === data.selected) one.element.classList.add("selected");
  }
  // Its outline lies over those of its neighbours.
  for (const selected of ground.querySelectorAll(".selected")) ground.append(selected);
  const mark = isNarrow ? MARK_NARROW : MARK;
  const marks = drawMarks(data, drawn, symbols, context, mark, (at) => projection(at));
  over.append(...marks.map(({ element }) => element));

  const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": data.title });
  root.append(patterns(), ground, over);
  return { root, ground, over, drawn, marks, missing, size: [width, height], mark: mark + 6 };
}

interface Layers {
  ground: SVGGElement;
  over: SVGGElement;
  isNarrow: boolean;
}

function drawParty(
  party: Party,
  country: Country | undefined,
  path: GeoPath,
  style: string,
  { ground, over, isNarrow }: Layers,
): Drawn | undefined {
  const said = `${party.name}: ${party.status}${party.label ? ` (${party.label})` : ""}`;
  const spoken = { role: "img", "aria-label": said, tabindex: -1, "data-party": party.id };
  const shape = country && path(country);
  if (country && shape) {
    const [[left, top], [right, bottom]] = path.bounds(largest(country));
    const at = projected(path, middle(country));
    const isTiny = path.area(country) < (isNarrow ? TINY_NARROW : TINY);
    const element = svg("path", { class: `party ${style}`, d: shape, ...(isTiny ? {} : spoken) });
    element.append(svg("title", {}, said));
    ground.append(element);
    if (!at) return undefined;
    if (!isTiny) return { party, element, at, room: { width: right - left, height: bottom - top } };
    return { party, element: dot(over, style, said, { ...spoken, r: isNarrow ? DOT_NARROW : DOT }), at, room: { width: 0, height: 0 } };
  }
  const point = pointOf(party);
  const at = point && projected(path, point);
  return at && { party, element: dot(over, style, said, { ...spoken, r: isNarrow ? DOT_NARROW : DOT }), at, room: { width: 0, height: 0 } };
}

function dot(over: SVGGElement, style: string, said: string, spoken: Record<string, string | number>): SVGCircleElement {
  const element = svg("circle", { class: `party dot ${style}`, ...spoken }, svg("title", {}, said));
  over.append(element);
  return element;
}

function drawMarks(
  data: MapData,
  drawn: Drawn[],
  symbols: Symbols,
  context: string,
  side: number,
  project: (at: Point) => Point | null,
): Mark[] {
  const places = new Map(drawn.map(({ party, at }) => [party.id, at]));
  const marks: Mark[] = [];
  const add = (at: Point | null | undefined, symbol: string, said: string, href: string): void => {
    const drawing = symbols[symbol]?.svg;
    if (!at || !drawing) return;
    const picture = parsed(drawing);
    const [width, height] = ["width", "height"].map((name) => Number(picture.getAttribute(name)));
    const size = side / Math.max(width || 1, height || 1);
    picture.setAttribute("width", String((width || 1) * size));
    picture.setAttribute("height", String((height || 1) * size));
    picture.setAttribute("aria-hidden", "true");
    const back = svg("rect", { class: "back", x: -3, y: -3, width: side + 6, height: (height || 1) * size + 6, rx: 3 });
    const content = href ? svg("a", { href, "aria-label": said }) : svg("g", { role: "img", "aria-label": said });
    content.append(svg("title", {}, said), back, picture);
    marks.push({ element: svg("g", { class: "mark" }, content), at });
  };
  for (const { party, label, case: name, warning } of data.warnings ?? []) {
    const parts = ["cases", name, ...(warning ? ["warnings", warning] : [])];
    add(places.get(party), `warning/${context}/present`, label, pathTo(...parts));
  }
  for (const one of data.deployments ?? []) {
    const [kind, status = "present"] = one.symbol.split("/");
    const href = one.case ? pathTo("cases", one.case) : "";
    add(whereIs(one, places, project), `${kind}/${context}/${status}`, one.label, href);
  }
  return marks;
}

function whereIs(one: Deployment, places: Map<string, Point>, project: (at: Point) => Point | null): Point | null {
  if (one.lon != null && one.lat != null) return project([one.lon, one.lat]);
  return (one.party && places.get(one.party)) || null;
}

/** Patterns tell statuses apart where colours do not. */
function patterns(): SVGDefsElement {
  const lines: Record<string, string> = {
    s2: "M-1,1 l2,-2 M0,8 l8,-8 M7,9 l2,-2",
    s3: "M2,2 h.01 M6,6 h.01",
    s4: "M0,2 h8 M0,6 h8",
    s5: "M0,0 l8,8 M0,8 l8,-8",
    s6: "M2,0 v8 M6,0 v8",
    limited: "M-1,7 l2,2 M0,0 l8,8 M7,-1 l2,2",
  };
  const defs = svg("defs");
  for (const [name, d] of Object.entries(lines)) {
    const pattern = svg("pattern", { id: `map-${name}`, width: 8, height: 8, patternUnits: "userSpaceOnUse" });
    pattern.append(svg("rect", { class: `ground-${name}`, width: 8, height: 8 }), svg("path", { class: `line-${name}`, d }));
    defs.append(pattern);
  }
  return defs;
}

/** A swatch for the legend. */
export function swatch(style: string): SVGSVGElement {
  const attributes = { width: 22, height: 14, "aria-hidden": "true" };
  return svg("svg", attributes, svg("rect", { class: `party ${style}`, x: 1, y: 1, width: 20, height: 12 }));
}

/** How many parties are not on the map, and which. */
export function saidOfMissing(missing: Party[], count: number): string {
  if (missing.length === 0) return "";
  if (missing.length === count) return say("The map shows none of the parties; the list names them all.");
  const names = missing.map(({ name }) => name).join(", ");
  return say("Not on the map: {names}.", { names });
}

function countryOf(party: Party, atlas: Atlas): Country | undefined {
  return party.numeric ? atlas.byNumber.get(party.numeric.padStart(3, "0")) : undefined;
}

function pointOf({ lon, lat }: Party): Point | undefined {
  return lon != null && lat != null ? [lon, lat] : undefined;
}

function projected(path: GeoPath, at: Point): Point | undefined {
  const [x, y] = path.centroid({ type: "Point", coordinates: at });
  return Number.isNaN(x) || Number.isNaN(y) ? undefined : [x, y];
}

function largest(country: Country): Country {
  const { geometry } = country;
  if (geometry.type === "Polygon") return country;
  const parts = geometry.coordinates;
  const best = parts.reduce((a, b) => ((a[0]?.length ?? 0) >= (b[0]?.length ?? 0) ? a : b));
  return { ...country, geometry: { type: "Polygon", coordinates: best } };
}
