// entry
/** What every page does: count down, follow the feed, say whether it is up to date, listen to keys. */

import { arrival, setClock, turnClock } from "./clock";
import { followFeed } from "./feed";
import { watchForms } from "./forms";
import { listenToKeys } from "./keys";
import { countLetters } from "./limits";
import { announce, showLink } from "./link";
import { show } from "./lists";
import { forgetOthers } from "./own";
import { standWhereOneCameFrom } from "./posted";
import { refresh, rememberRegions } from "./regions";
import type { Link } from "./stream";
import { addLocalTimes, keepTicking, tick } from "./times";

forgetOthers();
standWhereOneCameFrom();
rememberRegions();
setClock(document.body, arrival());
addLocalTimes(document);
keepTicking();
watchForms();
countLetters();
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
    clock(clock) {
      turnClock(document.body, clock);
      tick();
      refresh();
    },
    beat() {
      if (link !== "on") this.link("on");
    },
  });
}
document.documentElement.dataset.script = "on";
performance.mark("tocsin:live");
