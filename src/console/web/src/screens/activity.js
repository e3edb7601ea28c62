// What operators did (operator): who turned what, and how it stood before.
import { html } from "../html.js";
import { number, t } from "../words.js";
import { moment } from "../format.js";
import { get } from "../api.js";
import { usePolled } from "../polled.js";
import { href } from "../route.js";
import { Empty, Skeletons } from "../parts/empty.js";
import { Trouble } from "../parts/trouble.js";

const lookEvery = 5000;

const position = (value) => value === null ? t("stood.configured")
  : typeof value === "number" ? number(value) : t(`stood.${value}`);

function Row({ action }) {
  const { of } = action;
  return html`<tr><td>${moment(action.at)}</td><td dir="auto">${action.who}</td>
    <td>${t(`did.${action.what}`)}</td>
    <td>${action.what === "callback" ? html`<a href=${href("task", of)}>${of}</a>`
    : html`<code>${of}</code>`}</td>
    <td>${position(action.before)} → ${position(action.after)}</td></tr>`;
}

export function Activity() {
  const { told, error, load } = usePolled(() => get("v1/admin/activity"), lookEvery);
  const actions = told.value?.actions;
  return html`<div class="activity"><h1>${t("screen.activity")}</h1>
    ${error.value ? html`<${Trouble} error=${error.value} retry=${load} />` : null}
    ${!actions ? html`<${Skeletons} count=${3} kind="rows" />`
    : actions.length === 0 ? html`<${Empty} text=${t("activity.none")} />`
    : html`<div class="table" tabindex="0" role="region" aria-label=${t("screen.activity")}><table>
        <thead><tr>${["at", "who", "what", "of", "change"].map((one) => html`
          <th key=${one} scope="col">${t(`activity.${one}`)}</th>`)}</tr></thead>
        <tbody>${actions.map((one, place) => html`<${Row} key=${place} action=${one} />`)}</tbody>
      </table></div>`}</div>`;
}
