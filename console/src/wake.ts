/** Waiting that ends early when there is reason to look again: the page is seen, focused, or on line once more. */

const wakers = new Set<() => void>();

/** Let everything that waits look again. */
export function wake(): void {
  for (const one of [...wakers]) one();
}

for (const name of ["pageshow", "focus", "online", "resume"]) window.addEventListener(name, wake);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) wake();
});

/** Call back at each such moment, until aborted. */
export function onWake(call: () => void, signal: AbortSignal): void {
  wakers.add(call);
  signal.addEventListener("abort", () => wakers.delete(call), { once: true });
}

/** Wait so many ms, or until such a moment, or until aborted. */
export function pause(ms: number, signal: AbortSignal, mayWake = true): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer);
      wakers.delete(end);
      signal.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, ms);
    if (mayWake) wakers.add(end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
