// News from the server. One stream for all tabs of a browser: the tab that holds the lock listens
// and passes on, since HTTP/1.1 allows few connections. Where streams are blocked, it polls.
import { signal } from "@preact/signals";
import { address, get } from "./api.js";
import { learn } from "./tasks.js";

const openLimit = 8000;    // a stream that has not opened by then is held up on its way
const pollEvery = 2000;
const tryStreamEvery = 30000;
const longestBackoff = 30000;

export const link = signal("connecting"); // live, reconnecting, polling, offline
export const linkSince = signal(Date.now());
export const figures = signal(null);      // {waiting, running, needsInput}
export const resets = signal(0);          // views fetch anew when it grows

const channel = "BroadcastChannel" in window ? new BroadcastChannel("imagined.live") : null;
let waiting = new Map(); // news of this frame, by task
let flushing = false;
let failures = 0;
let stopped = false;
let source = null;

function setLink(state) {
  if (link.peek() !== state) {
    link.value = state;
    linkSince.value = Date.now();
  }
}

// Two hundred changes a second are drawn as one a frame; a hidden page draws none.
function flush() {
  flushing = false;
  const news = waiting;
  waiting = new Map();
  news.forEach(learn);
}

function take(kind, data) {
  if (kind === "task") {
    waiting.set(data.id, data);
    if (!flushing) {
      flushing = true;
      (document.hidden ? (run) => setTimeout(run, 1000) : requestAnimationFrame)(flush);
    }
  } else if (kind === "queue") {
    figures.value = data;
  } else if (kind === "reset") {
    resets.value += 1;
  } else if (kind === "link") {
    setLink(data);
  }
}

function tell(kind, data) {
  take(kind, data);
  channel?.postMessage({ kind, data });
}

function listen() {
  const opened = new EventSource(address("v1/events"));
  source = opened;
  const held = setTimeout(() => fallBack(opened), openLimit);
  opened.onopen = () => {
    clearTimeout(held);
    failures = 0;
    tell("link", "live");
  };
  opened.onerror = () => {
    clearTimeout(held);
    fallBack(opened);
  };
  for (const kind of ["task", "queue", "reset"]) {
    opened.addEventListener(kind, (event) => tell(kind, JSON.parse(event.data)));
  }
}

// A stream that broke is tried again at once and then ever more rarely; meanwhile we ask.
function fallBack(broken) {
  broken.close();
  if (source !== broken || stopped) {
    return;
  }
  source = null;
  failures += 1;
  const steady = failures > 2 ? tryStreamEvery : 1000 * 2 ** (failures - 1);
  const pause = Math.min(longestBackoff, steady) * (0.75 + Math.random() / 2);
  const again = Date.now() + pause;
  tell("link", "reconnecting");
  poll(again);
}

async function poll(until) {
  if (stopped) {
    return;
  }
  try {
    const page = await get("v1/tasks?limit=40");
    page.tasks.forEach((task) => tell("task", task));
    const count = (...states) => page.tasks.filter((one) => states.includes(one.status)).length;
    tell("queue", { waiting: count("waiting"), running: count("running"),
      needsInput: count("needs_input") });
    tell("link", failures > 1 ? "polling" : "reconnecting");
  } catch (refusal) {
    tell("link", refusal.type === "offline" ? "offline" : "reconnecting");
  }
  const left = until - Date.now();
  setTimeout(() => (left <= pollEvery ? listen() : poll(until)), Math.min(pollEvery,
    Math.max(0, left)));
}

function lead() {
  listen();
  return new Promise(() => {}); // the lock is held as long as the tab lives
}

export function startLive() {
  channel?.addEventListener("message", ({ data }) => {
    if (data.kind === "who") {
      if (source || failures) {
        channel.postMessage({ kind: "link", data: link.peek() });
        channel.postMessage({ kind: "queue", data: figures.peek() });
      }
      return;
    }
    if (data.data !== null) {
      take(data.kind, data.data);
    }
  });
  if (channel && navigator.locks) {
    channel.postMessage({ kind: "who" });
    navigator.locks.request("imagined.live", lead);
  } else {
    listen();
  }
  // What happened while the machine slept, or the page was hidden, is asked for.
  let seen = Date.now();
  setInterval(() => {
    if (Date.now() - seen > 15000) {
      resets.value += 1;
    }
    seen = Date.now();
  }, 5000);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      resets.value += 1;
    }
  });
  addEventListener("pagehide", () => {
    stopped = true;
    source?.close();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      location.reload();
    }
  });
}
