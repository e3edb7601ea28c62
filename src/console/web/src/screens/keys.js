// The callers and their limits (operator). Keys are the configuration's business: none is shown.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { number, plural, t } from "../words.js";
import { get } from "../api.js";
import { Empty, Skeletons } from "../parts/empty.js";
import { Trouble } from "../parts/trouble.js";

export function Keys() {
  const told = useSignal(null);
  const error = useSignal(null);
  const load = () => get("v1/admin/callers").then((all) => {
    told.value = all;
    error.value = null;
  }, (refused) => { error.value = refused; });
  useEffect(() => { load(); }, []);
  const limit = (n) => n === 0 ? t("keys.noLimit") : number(n);
  return html`<div class="keys"><h1>${t("screen.keys")}</h1>
    ${error.value ? html`<${Trouble} error=${error.value} retry=${load} />` : null}
    ${told.value === null ? html`<${Skeletons} count=${3} kind="rows" />` : html`
      <p class="quiet">${plural("keys.operators", told.value.operatorKeys)} ${t("keys.where")}</p>
      ${told.value.callers.length === 0 ? html`<${Empty} text=${t("keys.none")} />`
    : html`<div class="table" tabindex="0" role="region" aria-label=${t("screen.keys")}><table>
        <thead><tr>${["name", "weight", "maxWaiting", "maxRunning", "sees"].map((one) => html`
          <th key=${one} scope="col">${t(`keys.${one}`)}</th>`)}</tr></thead>
        <tbody>${told.value.callers.map((one) => html`<tr key=${one.name}>
          <th scope="row" dir="auto">${one.name}</th><td>${number(one.weight)}</td>
          <td>${limit(one.maxWaiting)}</td><td>${limit(one.maxRunning)}</td>
          <td>${t(`keys.sees.${one.sees}`)}</td></tr>`)}</tbody></table></div>`}`}</div>`;
}
