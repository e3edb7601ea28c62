// Keys for those who do not like mice. Never while somebody types, and they can be switched off.
import { signal } from "@preact/signals";
import { isEcho } from "./intent.js";
import { go, route } from "./route.js";
import { shortcutsOn } from "./settings.js";

export const helpWanted = signal(false);
export const promptWanted = signal(false); // Create takes the focus once it is there

// The screen on top may take keys first: it returns true for what it used.
const takers = [];

export function takeKeys(taker) {
  takers.push(taker);
  return () => takers.splice(takers.indexOf(taker), 1);
}

const places = { c: "create", q: "queue", g: "gallery", d: "dashboard" };
let afterG = 0;

function isTyping(event) {
  const at = event.target;
  return at instanceof HTMLElement
    && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName));
}

function onKey(event) {
  if (!shortcutsOn.value || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)
      || isEcho(event) || document.querySelector("dialog[open]")) {
    return;
  }
  if (Date.now() - afterG < 1200 && places[event.key]) {
    afterG = 0;
    go(places[event.key]);
  } else if (takers.at(-1)?.(event)) {
    afterG = 0;
  } else if (event.key === "g") {
    afterG = Date.now();
  } else if (event.key === "?") {
    helpWanted.value = true;
  } else if (event.key === "n") {
    promptWanted.value = true;
    go("create");
  } else if (event.key === "/") {
    document.getElementById("search")?.focus();
  } else if (event.key === "Escape" && route.value.screen === "task") {
    history.back();
  } else {
    return;
  }
  event.preventDefault();
}

export function watchKeys() {
  addEventListener("keydown", onKey);
}
