/** Where the map looks: a projection that keeps areas true, turned to the parties and cut to them; or the world. */

import {
  type GeoPermissibleObjects,
  type GeoProjection,
  geoArea,
  geoAzimuthalEqualArea,
  geoCentroid,
  geoDistance,
  geoEqualEarth,
  geoPath,
} from "d3-geo";
import type { Feature, MultiPoint, MultiPolygon, Polygon, Position } from "geojson";

export type Country = Feature<Polygon | MultiPolygon>;
export type Point = [number, number];
export type Look = "all" | "most" | "world";

/** Parts of a state that are smaller than this share of its largest do not widen the view: islands far away. */
const SHARE = 0.17;
/** Parties that lie further apart than this, in radians from their middle, are looked at on the whole world. */
const RADIUS_MAX = 1.25;
/** A closer look is worth a button where it is so much closer. */
const CLOSER = 0.62;
const LATITUDE_MAX = 58;
const RADIUS_OF_POLE = 0.6;
const MARGIN = 18;
const HEIGHT_MIN = 200;
const HEIGHT_MAX = 620;

/** The largest parts of a state's shape. */
export function mainland({ geometry }: Country): MultiPolygon {
  const parts = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  const areas = parts.map((coordinates) => geoArea({ type: "Polygon", coordinates }));
  const least = Math.max(...areas) * SHARE;
  return { type: "MultiPolygon", coordinates: parts.filter((_, place) => (areas[place] ?? 0) >= least) };
}

/** The middle of the largest part. */
export function middle(country: Country): Point {
  const parts = mainland(country).coordinates;
  const areas = parts.map((coordinates) => geoArea({ type: "Polygon", coordinates }));
  return geoCentroid({ type: "Polygon", coordinates: parts[areas.indexOf(Math.max(...areas))] ?? [] });
}

export interface Place {
  middle: Point;
  /** What must be in view, in degrees. */
  outline: Position[];
}

/** What of a state must be in view. */
export function placeOf(country: Country): Place {
  return { middle: middle(country), outline: mainland(country).coordinates.flatMap((rings) => rings[0] ?? []) };
}

/** The parties that lie closest together: three in four and those beside them. */
export function densest(places: Place[]): Place[] {
  if (places.length < 6) return places;
  const far = (one: Place, from: Place): number => geoDistance(one.middle, from.middle);
  const reach = (from: Place): number => quartile(places.map((one) => far(one, from)));
  const heart = places.reduce((best, one) => (reach(one) < reach(best) ? one : best));
  return places.filter((one) => far(one, heart) <= reach(heart) * 1.6);
}

/** Whether looking only at the densest part shows much more. */
export function isWorthIt(places: Place[]): boolean {
  const close = densest(places);
  return close.length < places.length && capOf(close).radius < capOf(places).radius * CLOSER;
}

export interface View {
  projection: GeoProjection;
  /** Of the picture, in pixels: no more than what is seen needs. */
  height: number;
}

/** A projection for a picture of this width. */
export function viewOf(look: Look, places: Place[], width: number): View {
  const tallest = Math.round(Math.min(HEIGHT_MAX, width * 0.62));
  const seen = look === "most" ? densest(places) : places;
  const wanted: GeoPermissibleObjects = look === "world" || !seen.length ? { type: "Sphere" } : outlines(seen);
  const projection = suited(look, seen, width, tallest).fitExtent(frame(width, tallest), wanted);
  const [[, top], [, bottom]] = geoPath(projection).bounds(wanted);
  const height = Math.round(Math.min(tallest, Math.max(HEIGHT_MIN, bottom - top + 2 * MARGIN)));
  return { projection: projection.fitExtent(frame(width, height), wanted), height };
}

function suited(look: Look, seen: Place[], width: number, height: number): GeoProjection {
  const { middle, radius } = capOf(seen);
  // A picture with a pole in its midst has no up and down that a reader knows.
  const isPolar = Math.abs(middle[1]) > LATITUDE_MAX && radius > RADIUS_OF_POLE;
  if (look === "world" || seen.length === 0 || radius > RADIUS_MAX || isPolar) return geoEqualEarth().rotate([-11, 0]);
  const projection = geoAzimuthalEqualArea().rotate([-middle[0], -middle[1]]).clipAngle(100);
  return projection.clipExtent([[-width, -height], [2 * width, 2 * height]]);
}

function frame(width: number, height: number): [Point, Point] {
  return [[MARGIN, MARGIN], [width - MARGIN, height - MARGIN]];
}

function outlines(places: Place[]): MultiPoint {
  return { type: "MultiPoint", coordinates: places.flatMap(({ outline }) => outline) };
}

interface Cap {
  middle: Point;
  radius: number;
}

/** The small circle round all outlines, by walking to the farthest point with shrinking steps (Bădoiu and Clarkson). */
function capOf(places: Place[]): Cap {
  const points = places.flatMap(({ outline }) => outline.filter((_, index) => index % 7 === 0).map(vector));
  let [x, y, z] = points[0] ?? [1, 0, 0];
  let farthest = 0;
  for (let step = 1; step <= 64; step++) {
    let least = Infinity;
    let goal: Vector = [x, y, z];
    const length = Math.hypot(x, y, z) || 1;
    for (const point of points) {
      const cosine = (point[0] * x + point[1] * y + point[2] * z) / length;
      if (cosine < least) [least, goal] = [cosine, point];
    }
    farthest = Math.acos(Math.max(-1, Math.min(1, least)));
    x += (goal[0] - x) / (step + 1);
    y += (goal[1] - y) / (step + 1);
    z += (goal[2] - z) / (step + 1);
  }
  const length = Math.hypot(x, y, z) || 1;
  return { middle: [(Math.atan2(y, x) * 180) / Math.PI, (Math.asin(z / length) * 180) / Math.PI], radius: farthest };
}

type Vector = [number, number, number];

function vector([lon = 0, lat = 0]: Position): Vector {
  const [a, b] = [(lon * Math.PI) / 180, (lat * Math.PI) / 180];
  return [Math.cos(b) * Math.cos(a), Math.cos(b) * Math.sin(a), Math.sin(b)];
}

function quartile(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length * 0.75)] ?? 0;
}
