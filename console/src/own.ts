/** What a tab keeps of what somebody wrote is that desk's alone. */

export const PREFIX = "tocsin-keep/";

/** The key of something kept for the desk that is signed in. */
export function ofDesk(name: string): string {
  return `${PREFIX}${document.body.dataset.desk ?? ""}/${name}`;
}

/**
 * Once another desk has signed in in this tab, what the one before it left there is gone. A page on which nobody is
 * signed in, such as that to sign in by, shows nothing of it and lets it be: the same desk may be about to come back.
 */
export function forgetOthers(): void {
  if (!document.body.dataset.desk) return;
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && !key.startsWith(ofDesk(""))) sessionStorage.removeItem(key);
  }
}
