// News from the server. One stream for all tabs of a browser: the tab that holds the lock, or was
// elected where there are none, listens and passes on, since HTTP/1.1 allows few connections. A
// stream that is silent is as good as broken; then we ask: by a request that waits for news of the
// newest open task, and where that fails too, every two seconds.
import { signal } from "@preact/signals";
import { address, get } from "./api.js";
import { election, patience } from "./election.js";
import { intentKey } from "./intent.js";
import { eventReader } from "./sse.js";
import { ended, learn } from "./tasks.js";

const openLimit = 8000;    // a stream that has not opened by then is held up on its way
const silenceLimit = 20000; // the server's heart beats every 15 s
const provenAfter = 1000;
const pollEvery = 2000;
const waitLimit = 10;        // seconds that a request may wait for news
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
let stopped = false;     // another tab listens, or the page goes
let source = null;
let lastId = "";
let mayWait = true;      // until a request that waits has failed

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

// Calls `alive` with every piece that comes.
async function readStream(signal, alive) {
  const answer = await fetch(address("v1/events"), { signal, cache: "no-store",
    credentials: "same-origin", headers: lastId ? { "Last-Event-ID": lastId } : {} });
  if (!answer.ok) {
    throw new Error(`stream: ${answer.status}`);
  }
  alive();
  tell("link", "live");
  const opened = Date.now();
  const events = eventReader();
  const text = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await text.read(); !piece.done; piece = await text.read()) {
    alive();
    if (Date.now() - opened > provenAfter) {
      failures = 0; // what only opens proves nothing: somebody between us may hold the rest back
      mayWait = true;
    }
    for (const { kind, data } of events.push(piece.value)) {
      tell(kind, JSON.parse(data));
    }
    lastId = events.lastId() || lastId;
  }
}

async function listen() {
  const opened = new AbortController();
  source = opened;
  let heard = Date.now();
  let limit = openLimit;
  const watch = setInterval(() => {
    if (Date.now() - heard > limit) {
      failures = Math.max(failures, 2); // it would be silent again
      opened.abort();
    }
  }, 1000);
  try {
    await readStream(opened.signal, () => {
      heard = Date.now();
      limit = silenceLimit;
    });
  } catch {
    // Broken, refused or silent: all the same to us.
  }
  clearInterval(watch);
  fallBack(opened);
}

// A stream that broke is tried again at once and then ever more rarely; meanwhile we ask.
function fallBack(broken) {
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

// True when news came, so that the next look need not be put off.
async function waitForNews(task, left) {
  const seconds = Math.min(waitLimit, Math.floor(left / 1000));
  if (!mayWait || !task || seconds < 1) {
    return false;
  }
  try {
    const seen = await get(`v1/tasks/${task.id}?wait=${seconds}`);
    tell("task", seen);
    return seen.revision !== task.revision;
  } catch {
    mayWait = false;
    return false;
  }
}

async function poll(until) {
  if (stopped) {
    return;
  }
  let pause = pollEvery;
  try {
    const page = await get("v1/tasks?limit=40");
    page.tasks.forEach((task) => tell("task", task));
    const count = (...states) => page.tasks.filter((one) => states.includes(one.status)).length;
    tell("queue", { waiting: count("waiting"), running: count("running"),
      needsInput: count("needs_input") });
    if (link.peek() === "offline") {
      until = 0; // it is there again: the stream as well, perhaps
    }
    tell("link", failures > 1 ? "polling" : "reconnecting");
    const open = page.tasks.find((one) => !ended(one) && one.status !== "needs_input");
    pause = await waitForNews(open, until - Date.now()) ? 0 : pollEvery;
  } catch (refusal) {
    tell("link", refusal.type === "offline" ? "offline" : "reconnecting");
  }
  const left = until - Date.now();
  setTimeout(() => (left <= pause ? listen() : poll(until)), Math.min(pause, Math.max(0, left)));
}

function lead() {
  listen();
  return new Promise(() => {}); // the lock is held as long as the tab lives
}

// Hands the stream to another tab.
function yieldLead() {
  const given = source;
  stopped = true;
  source = null;
  given?.abort();
}

let elected = null;

function elect() {
  elected = election({
    id: intentKey(),
    now: () => performance.now(),
    post: (word) => channel.postMessage({ kind: "elect", data: word }),
    onLead: () => {
      stopped = false;
      listen();
    },
    onYield: yieldLead,
  });
  elected.start();
  setInterval(() => elected.tick(), 1000);
  setTimeout(() => elected.tick(), patience); // the first tab need not wait for a whole second
}

export function startLive() {
  channel?.addEventListener("message", ({ data }) => {
    if (data.kind === "elect") {
      elected?.heard(data.data);
      return;
    }
    if (data.kind === "who") {
      if (source || failures) {
        channel.postMessage({ kind: "link", data: link.peek() });
        channel.postMessage({ kind: "queue", data: figures.peek() });
      }
      return;
    }
    elected?.alive();
    if (data.data !== null) {
      take(data.kind, data.data);
    }
  });
  if (channel && navigator.locks) {
    channel.postMessage({ kind: "who" });
    navigator.locks.request("imagined.live", lead);
  } else if (channel) {
    channel.postMessage({ kind: "who" });
    elect();
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
    elected?.leave();
    stopped = true;
    source?.abort();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) {
      location.reload();
    }
  });
}
