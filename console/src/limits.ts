/** Fields that hold so many letters: `[data-limit="ID"]` says how many are left in the field of that id. */

import { tell } from "./link";
import { say } from "./words";

/** Said aloud in the last tenth of a field, once nobody types for so long. */
const QUIET_MS = 1_000;
const TENTH = 0.1;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Count what is left as somebody writes. */
export function countLetters(): void {
  for (const name of ["focusin", "input"]) document.addEventListener(name, ({ target }) => count(target, name));
}

function count(field: EventTarget | null, why: string): void {
  if (!(field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement)) return;
  const hint = document.querySelector<HTMLElement>(`[data-limit="${CSS.escape(field.id)}"]`);
  if (!hint) return;
  const left = field.maxLength - field.value.length;
  const said = say("{left} of {most} letters left.", { left: grouped(left), most: grouped(field.maxLength) });
  hint.textContent = said;
  hint.classList.toggle("soon", left < field.maxLength * TENTH);
  clearTimeout(timer);
  if (why === "input" && left < field.maxLength * TENTH) timer = setTimeout(() => tell(said), QUIET_MS);
}

/** As the centre writes numbers. */
function grouped(number: number): string {
  return number.toLocaleString(document.documentElement.lang);
}
