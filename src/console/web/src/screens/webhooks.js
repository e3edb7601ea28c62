// Callbacks (operator): what is owed, what was given up, and sending the last one again.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { number, t } from "../words.js";
import { ago } from "../format.js";
import { get, post } from "../api.js";
import { resets } from "../live.js";
import { now } from "../now.js";
import { href } from "../route.js";
import { cell, ended, fetchPage } from "../tasks.js";
import { Empty, Skeletons } from "../parts/empty.js";
import { Icon } from "../parts/icon.js";
import { Status } from "../parts/status.js";
import { tell } from "../parts/notice.js";
import { sentenceOf, Trouble } from "../parts/trouble.js";

async function redeliver(id) {
  try {
    await post(`v1/admin/tasks/${id}/callback`);
    tell(t("webhook.due"));
  } catch (error) {
    tell(`${sentenceOf(error)} ${error.message}`, { kind: "error" });
  }
}

function Row({ id }) {
  const task = cell(id).value;
  return task && html`<tr><td><a href=${href("task", id)}>${id}</a></td>
    <td class="hook" dir="ltr">${task.task.properties.notifyHook}</td>
    <td><${Status} task=${task} /></td><td>${ago(task.task.submitTime, now.value)}</td>
    <td><button disabled=${!ended(task)} onClick=${() => redeliver(id)}><${Icon} name="retry" />
      ${t("webhook.again")}</button></td></tr>`;
}

export function Webhooks() {
  const ids = useSignal(null);
  const counts = useSignal(null);
  const error = useSignal(null);
  const load = async () => {
    try {
      const [page, stats] = await Promise.all([fetchPage({ limit: 100 }),
        get("v1/stats?window=1h")]);
      ids.value = page.tasks.filter((one) => one.task.properties?.notifyHook).map((one) => one.id);
      counts.value = stats.now;
      error.value = null;
    } catch (refused) {
      error.value = refused;
    }
  };
  useEffect(() => resets.subscribe(load), []);
  return html`<div class="webhooks"><h1>${t("screen.webhooks")}</h1>
    ${error.value ? html`<${Trouble} error=${error.value} retry=${load} />` : null}
    ${counts.value ? html`<div class="tiles">
      <div class="tile"><span>${t("tile.callbacks")}</span>
        <b>${number(counts.value.callbacksOwed)}</b></div>
      <div class="tile ${counts.value.deadLetters ? "warn" : ""}"><span>${t("tile.dead")}</span>
        <b>${number(counts.value.deadLetters)}</b></div></div>` : null}
    ${ids.value === null ? html`<${Skeletons} count=${3} kind="rows" />`
    : ids.value.length === 0 ? html`<${Empty} text=${t("webhook.none")} />`
    : html`<div class="table" tabindex="0" role="region" aria-label=${t("screen.webhooks")}><table>
        <thead><tr>${["task", "hook", "status", "age", "action"].map((one) => html`
          <th key=${one} scope="col">${t(`webhook.${one}`)}</th>`)}</tr></thead>
        <tbody>${ids.value.map((id) => html`<${Row} key=${id} id=${id} />`)}</tbody></table></div>`}
  </div>`;
}
