// Tasks as this page knows them: one signal each, so that a change draws one card and not the list.
import { signal } from "@preact/signals";
import { get } from "./api.js";

export const mostListed = 10000; // rows of a list
const most = mostListed + 2000;   // what a page that stays open for days may hold
const cells = new Map();

export const arrivals = signal(0); // grows with every task that was not known before
export const lastArrival = signal(null);
export const lastEnded = signal(null); // of those that were seen under way

export const ended = (task) => ["succeeded", "failed", "cancelled"].includes(task.status);

export function cell(id) {
  let found = cells.get(id);
  if (!found) {
    found = signal(null);
    cells.set(id, found);
    forgetOldest();
  }
  return found;
}

function forgetOldest() {
  for (const id of cells.keys()) {
    if (cells.size <= most) {
      return;
    }
    cells.delete(id);
  }
}

// A higher revision wins; of equal ones the one that has come further, since progress is none.
function isNewer(task, known) {
  return !known || task.revision > known.revision
    || (task.revision === known.revision && !ended(known));
}

export function learn(task) {
  const place = cell(task.id);
  const known = place.peek();
  if (!isNewer(task, known)) {
    return;
  }
  // Progress never goes back, whichever way the news came.
  if (known && known.status === task.status && known.progress > (task.progress ?? 0)) {
    task = { ...task, progress: known.progress };
  }
  place.value = task;
  if (known && !ended(known) && ended(task)) {
    lastEnded.value = task;
  }
  if (!known) {
    lastArrival.value = task;
    arrivals.value += 1;
  }
}

export async function fetchTask(id, options) {
  const task = await get(`v1/tasks/${encodeURIComponent(id)}`, options);
  learn(task);
  return task;
}

export async function fetchPage(query, options) {
  const page = await get(`v1/tasks?${new URLSearchParams(query)}`, options);
  page.tasks.forEach(learn);
  return page;
}

// The seed of the newest finished task that has one.
export function newestSeed() {
  const done = [...cells.values()].map((one) => one.peek())
    .filter((task) => task?.status === "succeeded" && task.task.seed);
  return done.reduce((newest, one) => (newest && newest.id > one.id ? newest : one), null)
    ?.task.seed;
}
