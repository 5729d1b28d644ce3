/**
 * The centre's clock as this page knows it. Each page says the centre's time when it was made (`body[data-now]`) and
 * how that time goes (`body[data-clock]`: `wall`, or `rate=N` simulated seconds a second). It is never counted up:
 * it follows from Date.now(), so it is right at once after the machine slept.
 */

interface Base {
  /** The centre's time, in ms, at the browser's time `browser`. */
  centre: number;
  browser: number;
  rate: number;
}

let base: Base = { centre: Date.now(), browser: Date.now(), rate: 1 };

/** Take the clock from a page that arrived at the browser's time `arrived`. */
export function setClock(body: HTMLElement, arrived: number): void {
  const said = body.dataset.clock ?? "wall";
  const rate = said.startsWith("rate=") ? Number(said.slice(5)) : 1;
  const centre = Date.parse(body.dataset.now ?? "");
  base = { centre: Number.isNaN(centre) ? arrived : centre, browser: arrived, rate: Number.isNaN(rate) ? 1 : rate };
}

/** Take the clock as the centre's stream told it just now. */
export function turnClock(body: HTMLElement, { now: at, rate }: { now: string; rate: number }): void {
  body.dataset.now = at;
  body.dataset.clock = `rate=${rate}`;
  setClock(body, Date.now());
}

/** When this page's first byte arrived, by the browser's clock. */
export function arrival(): number {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return entry?.responseStart ? performance.timeOrigin + entry.responseStart : Date.now();
}

/** The centre's time, in ms since 1970. */
export function now(): number {
  return base.centre + (Date.now() - base.browser) * base.rate;
}
