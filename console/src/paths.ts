/** Addresses of the centre's pages, for the seat that this page is for: on whose behalf one looks goes along. */

/** The address of a page by its parts, such as `cases`, `TUR-1`. */
export function pathTo(...parts: string[]): string {
  const behalf = new URLSearchParams(location.search).get("on_behalf");
  const path = `/${parts.map(encodeURIComponent).join("/")}`;
  return behalf ? `${path}?on_behalf=${encodeURIComponent(behalf)}` : path;
}
