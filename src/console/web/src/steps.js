// The history of a task, from its stream: what happened after `revision`. The stream tells what is
// new and then the task as it stands; there we leave, because a browser has few connections and
// news come by the stream of all tasks.
import { address } from "./api.js";
import { eventReader } from "./sse.js";

export async function stepsAfter(id, revision, signal) {
  const left = new AbortController();
  signal.addEventListener("abort", () => left.abort());
  const answer = await fetch(address(`v1/tasks/${id}/events`), { signal: left.signal,
    cache: "no-store", credentials: "same-origin",
    headers: revision > 0 ? { "Last-Event-ID": String(revision) } : {} });
  const steps = [];
  if (!answer.ok || answer.status === 204) {
    return steps;
  }
  const events = eventReader();
  const text = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await text.read(); !piece.done; piece = await text.read()) {
    for (const { kind, data } of events.push(piece.value)) {
      if (kind === "task") {
        left.abort();
        return steps;
      }
      if (kind === "step") {
        steps.push(JSON.parse(data));
      }
    }
  }
  return steps;
}
