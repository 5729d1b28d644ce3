/** Names on the map, where they find room: the charter's name, else the party's id; the largest first. */

import type { Drawn } from "./mapdraw";
import { svg } from "./svg";

const LETTER = 6.4;
const LINE = 14;

/** In pixels of the picture. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Labels for the parties as they stand at this enlargement; `taken` is where marks stand. */
export function labels(drawn: Drawn[], scale: number, move: (at: [number, number]) => [number, number], taken: Box[]): SVGGElement {
  const group = svg("g", { class: "labels", "aria-hidden": "true" });
  const boxes = [...taken];
  const bySize = [...drawn].sort((a, b) => b.room.width * b.room.height - a.room.width * a.room.height);
  for (const { party, at, room } of bySize) {
    const [x, y] = move(at);
    for (const text of [party.name, party.id]) {
      const width = text.length * LETTER;
      const isDot = room.width === 0;
      const box = boxAt(isDot ? x + 8 + width / 2 : x, y, width);
      if (!isDot && (width > room.width * scale * 1.25 || LINE > room.height * scale)) continue;
      if (boxes.some((other) => overlap(box, other))) continue;
      boxes.push(box);
      const anchor = isDot ? { x: x + 8, "text-anchor": "start" } : { x, "text-anchor": "middle" };
      group.append(svg("text", { ...anchor, y: y + 4 }, text));
      break;
    }
  }
  return group;
}

function boxAt(x: number, y: number, width: number): Box {
  return { left: x - width / 2 - 2, right: x + width / 2 + 2, top: y - LINE / 2, bottom: y + LINE / 2 };
}

/** Whether two boxes have a place in common. */
export function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
