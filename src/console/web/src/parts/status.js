// How a task stands: icon, word and colour, never colour alone; and how far it has come.
import { html } from "../html.js";
import { number, t } from "../words.js";
import { band, duration } from "../format.js";
import { now } from "../now.js";
import { Icon } from "./icon.js";

export function Status({ task }) {
  return html`<span class="status status-${task.status}"><${Icon} name=${task.status} />
    ${t(`status.${task.status}`)}</span>`;
}

// What a person wants to know while it is under way. Nothing is promised: an expected wait is a
// band, and what takes longer than usual says so instead of standing at 99 %.
export function Progress({ task, compact }) {
  // A full house is ordinary waiting; anything else is news, and the bar would be a lie.
  if (task.waiting_for && task.waiting_for !== "place") {
    return html`<div class="progress-line">
      <progress aria-label=${t("status.waiting")}></progress>
      <span dir="auto">${task.waiting_for_detail}</span></div>`;
  }
  if (task.status === "waiting") {
    const queue = task.queue;
    return html`<div class="progress-line">
      <progress aria-label=${t("status.waiting")}></progress>
      <span>${queue ? t("wait.place", { n: number(queue.ahead) }) : t("status.waiting")}
        ${queue && !compact && queue.expectedWaitMs > 0
    ? ` · ${t("wait.about", { band: band(queue.expectedWaitMs) })}` : ""}</span></div>`;
  }
  if (task.status !== "running") {
    return null;
  }
  const began = task.task.startTime || task.task.submitTime;
  const late = task.progress >= 95;
  return html`<div class="progress-line">
    <progress max="100" value=${late ? undefined : task.progress || 0}
      aria-label=${t("status.running")}></progress>
    <span>${late ? t("progress.late") : t("progress.percent", { n: number(task.progress || 0) })}
      ${compact ? "" : ` · ${duration(now.value - began)}`}</span></div>`;
}
