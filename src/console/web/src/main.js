// The console: finds out who is here, listens for news, draws the screen that the address names.
import { render } from "preact";
import { html } from "./html.js";
import { begin, session } from "./session.js";
import { startLive } from "./live.js";
import { watchKeys } from "./keys.js";
import { Frame } from "./parts/frame.js";
import "./title.js";

render(html`<${Frame} />`, document.getElementById("app"));
watchKeys();

let listening = false;
session.subscribe((who) => {
  if (who?.signedIn && !listening) {
    listening = true;
    startLive();
  }
});

const retryAfter = 2000;
function start() {
  begin().catch(() => setTimeout(start, retryAfter)); // the server may be starting as well
}
start();
