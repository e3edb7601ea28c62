// What this browser remembers: how the console looks, never who is signed in.
import { effect, signal } from "@preact/signals";

const prefix = "imagined.";

function read(name, fallback) {
  try {
    const text = localStorage.getItem(prefix + name);
    return text === null ? fallback : JSON.parse(text);
  } catch {
    return fallback; // storage may be forbidden, or hold what an older console wrote
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(prefix + name, JSON.stringify(value));
  } catch {
    // Then it lasts as long as the page.
  }
}

export function remembered(name, fallback) {
  const kept = signal(read(name, fallback));
  effect(() => remember(name, kept.value));
  return kept;
}

const chinese = (navigator.languages || [navigator.language || "en"])
  .some((one, place) => place === 0 && one.toLowerCase().startsWith("zh"));

export const language = remembered("language", chinese ? "zh" : "en");
export const theme = remembered("theme", "auto");
export const density = remembered("density", "comfortable");
export const railOpen = remembered("rail", true);
export const shortcutsOn = remembered("shortcuts", true);

effect(() => {
  const root = document.documentElement;
  root.lang = language.value === "zh" ? "zh-CN" : "en";
  root.dataset.theme = theme.value;
  root.dataset.density = density.value;
});
