// The shapes of the map: Natural Earth by way of world-atlas, made small enough to send.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoArea } from "d3-geo";
import { feature, quantize } from "topojson-client";
import { filter, presimplify, simplify } from "topojson-simplify";

const ANTARCTICA = "010";
/** Steps across the world: 1.8 km at the equator. */
const STEPS = 22_000;
/** Bends that enclose less than this, in square degrees, are straightened: invisible at 1280 pixels. */
const BEND = 0.0012;
/** Islands smaller than this, in steradians, are left out of states that have larger parts: 60 km². */
const ISLAND = 60 / 6371 ** 2;

/** TopoJSON with one object, `countries`; the id is the ISO 3166-1 number, and no name is kept: a charter names. */
export function atlas() {
  const path = createRequire(import.meta.url).resolve("world-atlas/countries-50m.json");
  const world = JSON.parse(readFileSync(path, "utf8"));
  const geometries = world.objects.countries.geometries
    .filter((one) => one.id !== ANTARCTICA)
    .map((one) => ({ type: one.type, id: one.id, arcs: withoutIslets(world, one) }));
  const kept = { ...world, objects: { countries: { type: "GeometryCollection", geometries } } };
  return quantize(filter(simplify(presimplify(kept), BEND)), STEPS);
}

function withoutIslets(world, one) {
  if (one.type !== "MultiPolygon") return one.arcs;
  const areas = feature(world, one).geometry.coordinates.map((rings) =>
    geoArea({ type: "Polygon", coordinates: rings }),
  );
  const largest = Math.max(...areas);
  return one.arcs.filter((_, place) => areas[place] >= Math.min(ISLAND, largest));
}
