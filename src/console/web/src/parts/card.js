// A task in a list of results.
import { html } from "../html.js";
import { t } from "../words.js";
import { ago } from "../format.js";
import { href } from "../route.js";
import { now } from "../now.js";
import { cell } from "../tasks.js";
import { Progress, Status } from "./status.js";
import { Result } from "./picture.js";

export function Card({ id }) {
  const task = cell(id).value;
  if (!task) {
    return null;
  }
  return html`<article class="card">
    <a class="card-picture" href=${href("task", id)}
      aria-label=${t("task.open", { prompt: (task.task.prompt || task.task.action).slice(0, 80) })}>
      <${Result} task=${task} /></a>
    <div class="card-words">
      <p class="prompt" dir="auto">${task.task.prompt || task.task.description}</p>
      <${Progress} task=${task} />
      ${task.status === "failed"
    ? html`<p class="quiet">${t(`fail.${task.error.code}`)}</p>` : null}
      <div class="card-foot"><${Status} task=${task} />
        <span class="quiet">${ago(task.task.submitTime, now.value)}</span></div>
    </div></article>`;
}
