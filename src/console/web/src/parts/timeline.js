// The tab "Timeline": every event of the task with its time. What is new is asked for when the task
// has changed.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { known, t } from "../words.js";
import { clock, duration } from "../format.js";
import { stepsAfter } from "../steps.js";

// What the task itself tells, where streams are blocked.
function ownTimes(task) {
  const mj = task.task;
  const told = [["submitted", mj.submitTime], ["claimed", mj.startTime],
    [task.status === "succeeded" ? "stored" : "ended", mj.finishTime]];
  return told.filter(([, at]) => at).map(([what, at]) => ({ what, at }));
}

export function Timeline({ task }) {
  const steps = useSignal([]);
  const of = useRef(task.id);
  useEffect(() => {
    if (of.current !== task.id) {
      of.current = task.id;
      steps.value = [];
    }
    const left = new AbortController();
    stepsAfter(task.id, steps.peek().at(-1)?.revision ?? 0, left.signal).then((more) => {
      if (!left.signal.aborted && more.length > 0) {
        steps.value = [...steps.peek(), ...more];
      }
    }).catch(() => {}); // its own times stand there meanwhile, and the next news ask again
    return () => left.abort();
  }, [task.id, task.revision]);
  const shown = steps.value.length > 0 ? steps.value : ownTimes(task);
  const first = shown[0]?.at ?? 0;
  const whole = Math.max(1, (shown.at(-1)?.at ?? 0) - first);
  return html`<ol class="timeline">${shown.map((step, place) => {
    const next = shown[place + 1]?.at ?? step.at;
    const name = known(`step.${step.what}`) ? t(`step.${step.what}`) : step.what;
    return html`<li key=${step.revision ?? place} class="step">
      <time datetime=${new Date(step.at).toISOString()}>${clock(step.at)}</time>
      <span class="step-name">${name}</span>
      <span class="step-bar" aria-hidden="true"><i style=${{
    marginInlineStart: `${((step.at - first) / whole) * 100}%`,
    width: `${Math.max(0.6, ((next - step.at) / whole) * 100)}%` }}></i></span>
      <span class="quiet step-time">${next > step.at ? duration(next - step.at) : ""}</span></li>`;
  })}</ol>`;
}
