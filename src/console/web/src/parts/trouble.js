// What happened, what to do, and what to tell whoever runs the server.
import { html } from "../html.js";
import { known, t } from "../words.js";
import { duration } from "../format.js";
import { now } from "../now.js";
import { copy } from "./notice.js";

export function sentenceOf(error) {
  const key = `problem.${error.type}`;
  return known(key) ? t(key) : t("problem.other");
}

export function Trouble({ error, retry }) {
  const left = error.retryAt ? error.retryAt - now.value : 0;
  return html`<div class="trouble" role="alert">
    <strong>${sentenceOf(error)}</strong>
    ${error.message ? html`<p dir="auto">${error.message}</p>` : null}
    <p class="quiet">${t("problem.type", { type: error.type })} ·${" "}
      ${error.retryable ? t("problem.retryable") : t("problem.final")}
      ${left > 0 ? ` · ${t("problem.in", { time: duration(left) })}` : ""}</p>
    <div class="row">
      ${retry ? html`<button onClick=${retry}>${t("retry")}</button>` : null}
      <button class="plain" onClick=${() => copy(
    JSON.stringify({ type: error.type, status: error.status, detail: error.message }),
    t("problem.details"))}>${t("problem.copy")}</button>
    </div></div>`;
}
