// Where the console is: "#/task/17?tab=code". Only the hash, so it works below any path.
import { signal } from "@preact/signals";

function parse(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const [screen, id] = path.split("/").map(decodeURIComponent);
  return { screen: screen || "create", id: id || "", query: new URLSearchParams(query || "") };
}

export const route = signal(parse(location.hash));

addEventListener("hashchange", () => {
  route.value = parse(location.hash);
});

export function href(screen, id, query) {
  const text = new URLSearchParams(query || {}).toString();
  return `#/${screen}${id ? `/${encodeURIComponent(id)}` : ""}${text ? `?${text}` : ""}`;
}

export function go(screen, id, query) {
  location.hash = href(screen, id, query);
}

// Filters change the address, not the history.
export function setQuery(changes) {
  const { screen, id, query } = route.value;
  const next = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "" || value === null || value === undefined) {
      next.delete(name);
    } else {
      next.set(name, value);
    }
  }
  history.replaceState(null, "", href(screen, id, next));
  route.value = parse(location.hash);
}
