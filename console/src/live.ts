// entry
/** What every page does: count down, follow the feed, say whether it is up to date, listen to keys. */

import { arrival, isWall, setClock } from "./clock";
import { followFeed } from "./feed";
import { watchForms } from "./forms";
import { listenToKeys } from "./keys";
import { announce, showLink } from "./link";
import { show } from "./lists";
import { forgetOthers } from "./own";
import { refresh, rememberRegions } from "./regions";
import type { Link } from "./stream";
import { addLocalTimes, keepTicking, tick } from "./times";

/** A replay's clock may be set or stopped without anything happening in the feed. */
const LOOK_AT_CLOCK_MS = 10_000;

forgetOthers();
rememberRegions();
setClock(document.body, arrival());
addLocalTimes(document);
keepTicking();
watchForms();
listenToKeys();
// Whoever puts something new on the page says so.
document.addEventListener("tocsin:swapped", () => {
  addLocalTimes(document);
  tick();
});

let link: Link = "off";
let wasLost = false;
if (document.body.dataset.cursor !== undefined) {
  followFeed(document.body, {
    items(items) {
      show(items);
      announce(items.length);
      refresh();
    },
    link(now) {
      if (now === "on" && wasLost) refresh();
      wasLost = now !== "on" && (wasLost || link === "on");
      if (now === "stale" && !document.querySelector("form[data-touched]")) location.reload();
      link = now;
      showLink(now);
    },
    beat() {
      if (link !== "on") this.link("on");
    },
  });
  if (!isWall()) setInterval(() => link === "on" && refresh(), LOOK_AT_CLOCK_MS);
}
document.documentElement.dataset.script = "on";
performance.mark("tocsin:live");
