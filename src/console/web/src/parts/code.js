// The tab "Code": the same request from a program.
import { useSignal } from "@preact/signals";
import { html } from "../html.js";
import { t } from "../words.js";
import { address } from "../api.js";
import { codeFor, languages, requestOf } from "../code.js";
import { remembered } from "../settings.js";
import { copy } from "./notice.js";
import { Icon } from "./icon.js";

const language = remembered("code.language", "curl");
const names = { curl: "curl", python: "Python", javascript: "JavaScript", go: "Go" };
const styles = { mj: "/mj", v1: "/v1" };

export function Code({ task }) {
  const style = useSignal("mj");
  const base = address("").replace(/\/$/, "");
  const text = codeFor(language.value, style.value, base, requestOf(task));
  const choice = (all, labels, chosen) => html`<div class="segments" role="group">
    ${all.map((one) => html`<button key=${one} aria-pressed=${one === chosen.value}
      onClick=${() => { chosen.value = one; }}>${labels[one]}</button>`)}</div>`;
  return html`<div class="code"><div class="row">
      ${choice(languages, names, language)} ${choice(["mj", "v1"], styles, style)}
      <button onClick=${() => copy(text, names[language.value])}><${Icon} name="copy" />
        ${t("copy")}</button></div>
    <pre tabindex="0" dir="ltr">${text}</pre></div>`;
}
