/** Moving and enlarging the map: by buttons, which everybody can use, and by dragging or the wheel with Ctrl. */

import type { Picture } from "./mapdraw";
import { type Box, labels, overlap } from "./maplabels";

const SCALE_MAX = 12;
const STEP = 1.5;
/** Between marks, in pixels. */
const GAP = 3;

export interface Moves {
  enlarge(factor?: number): void;
  shrink(): void;
  shift(right: number, down: number): void;
}

/** Let the picture be moved; it is laid out at once. */
export function moves(picture: Picture): Moves {
  const [width, height] = picture.size;
  let [scale, x, y] = [1, 0, 0];
  let names: SVGGElement | null = null;

  const move = (at: [number, number]): [number, number] => [at[0] * scale + x, at[1] * scale + y];
  const lay = (): void => {
    picture.ground.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${scale.toFixed(3)})`);
    for (const { element, at } of picture.drawn) {
      if (element.tagName !== "circle") continue;
      const [cx, cy] = move(at);
      element.setAttribute("cx", cx.toFixed(1));
      element.setAttribute("cy", cy.toFixed(1));
    }
    const taken: Box[] = [];
    for (const { element, at } of picture.marks) {
      const [left, top] = move(at);
      // What stands at the lower edge keeps its mark in view.
      const below = top > height ? top + 9 : Math.min(top + 9, height - picture.mark - 2);
      const box = freeBox(left - picture.mark / 2, below, picture.mark, taken, width);
      taken.push(box);
      element.setAttribute("transform", `translate(${box.left.toFixed(1)},${box.top.toFixed(1)})`);
    }
    names?.remove();
    names = labels(picture.drawn, scale, move, taken);
    picture.over.prepend(names);
  };
  const clamp = (): void => {
    const [spareX, spareY] = [width * (scale - 1) + width / 2, height * (scale - 1) + height / 2];
    x = Math.min(width / 2, Math.max(-spareX, x));
    y = Math.min(height / 2, Math.max(-spareY, y));
  };
  const enlarge = (factor = STEP, at: [number, number] = [width / 2, height / 2]): void => {
    const next = Math.min(SCALE_MAX, Math.max(0.7, scale * factor));
    x = at[0] - ((at[0] - x) * next) / scale;
    y = at[1] - ((at[1] - y) * next) / scale;
    scale = next;
    clamp();
    lay();
  };
  const shift = (right: number, down: number): void => {
    x -= right;
    y -= down;
    clamp();
    lay();
  };
  drag(picture.root, shift);
  picture.root.addEventListener(
    "wheel",
    (event) => {
      // Without Ctrl the wheel moves the page, as it does everywhere else.
      if (!event.ctrlKey) return;
      event.preventDefault();
      const frame = picture.root.getBoundingClientRect();
      enlarge(event.deltaY < 0 ? 1.2 : 1 / 1.2, [event.clientX - frame.left, event.clientY - frame.top]);
    },
    { passive: false },
  );
  lay();
  return { enlarge, shrink: () => enlarge(1 / STEP), shift };
}

/** The nearest place where no other mark stands: to the right, and at the edge in the next row. */
function freeBox(left: number, top: number, side: number, taken: Box[], width: number): Box {
  let box: Box = { left, top, right: left + side, bottom: top + side };
  for (;;) {
    const isOut = box.right > width && left + side <= width;
    if (isOut) box = { left, right: left + side, top: box.bottom + GAP, bottom: box.bottom + GAP + side };
    const other = taken.find((one) => overlap(one, box));
    if (!other) return box;
    box = { ...box, left: other.right + GAP, right: other.right + GAP + side };
  }
}

function drag(root: SVGSVGElement, shift: (right: number, down: number) => void): void {
  let last: [number, number] | null = null;
  root.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.pointerType !== "touch" && !(event.target as Element).closest("a")) {
      last = [event.clientX, event.clientY];
      root.setPointerCapture(event.pointerId);
    }
  });
  root.addEventListener("pointermove", (event) => {
    if (!last) return;
    shift(last[0] - event.clientX, last[1] - event.clientY);
    last = [event.clientX, event.clientY];
  });
  for (const name of ["pointerup", "pointercancel"]) root.addEventListener(name, () => (last = null));
}
