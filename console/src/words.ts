/**
 * Words that scripts add to a page. A page in another language brings them in
 * `<script type="application/json" id="words">`: {"late by {span}": "…"}; what is not there is said in English.
 */

const given: Record<string, string> = read();

function read(): Record<string, string> {
  const block = document.querySelector("script#words");
  return block ? (JSON.parse(block.textContent ?? "{}") as Record<string, string>) : {};
}

/** The text in the page's language, its {names} filled in. */
export function say(english: string, values: Record<string, string | number> = {}): string {
  return (given[english] ?? english).replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}
