/** Addresses of the centre's pages, for the seat that this page is for: on whose behalf one looks goes along. */

/** The address of a page by its parts, such as `cases`, `TUR-1`. */
export function pathTo(...parts: string[]): string {
  return forSeat(`/${parts.map(encodeURIComponent).join("/")}`);
}

/** An address, for the seat that this page is for. */
export function forSeat(address: string): string {
  const behalf = new URLSearchParams(location.search).get("on_behalf");
  return behalf ? `${address}${address.includes("?") ? "&" : "?"}on_behalf=${encodeURIComponent(behalf)}` : address;
}
