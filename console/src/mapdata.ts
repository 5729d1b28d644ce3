/** What the map shows, as the page says it in `<script type="application/json" id="map-data">`. */

export interface Party {
  id: string;
  /** The three digits of ISO 3166-1; empty for a state that is invented or in no atlas. */
  numeric?: string | null;
  /** As the charter has it. */
  name: string;
  status: string;
  /** What is said of it beside its name and status. */
  label?: string;
  /** Where to mark a party without a shape, in degrees. */
  lon?: number | null;
  lat?: number | null;
}

export interface Warning {
  case: string;
  /** Its name in the case, where it has a page of its own. */
  warning?: string;
  party: string;
  label: string;
}

export interface Deployment {
  case?: string;
  party?: string | null;
  lon?: number | null;
  lat?: number | null;
  /** A name of console/symbols.mjs, such as `airlift`; `airlift/planned` while it is only planned. */
  symbol: string;
  label: string;
}

export interface MapData {
  title: string;
  parties: Party[];
  warnings?: Warning[];
  deployments?: Deployment[];
  /** The id of a party that the page is about. */
  selected?: string;
}

/** How a status is drawn: the name of a style in style.css, and how many parties have it. */
export interface Style {
  name: string;
  count: number;
}

const LIMITED = /suspend|frozen|recall|withdr|expel|exclu/i;
const STYLES = ["s1", "s2", "s3", "s4", "s5", "s6"];

/** A style for each status: the most frequent is plain, each other has a pattern of its own. */
export function stylesOf(parties: Party[]): Map<string, Style> {
  const counts = new Map<string, number>();
  for (const { status } of parties) counts.set(status, (counts.get(status) ?? 0) + 1);
  const ordered = [...counts].sort(([a, m], [b, n]) => n - m || a.localeCompare(b));
  const free = [...STYLES];
  return new Map(
    ordered.map(([status, count]) => [
      status,
      { name: LIMITED.test(status) ? "limited" : (free.shift() ?? "s6"), count },
    ]),
  );
}
