// The tab's title tells how much is under way.
import { effect } from "@preact/signals";
import { figures } from "./live.js";
import { route } from "./route.js";
import { known, t } from "./words.js";

effect(() => {
  const busy = figures.value ? figures.value.waiting + figures.value.running : 0;
  const key = `screen.${route.value.screen}`;
  const screen = known(key) ? t(key) : "";
  document.title = `${busy ? `(${busy}) ` : ""}${screen ? `${screen} · ` : ""}imagined`;
});
