// What both forms of Create have.
import { html } from "../html.js";
import { plural, t } from "../words.js";
import { listOf } from "../batch.js";
import { hook, lines, state } from "../draft.js";

export function Callback() {
  return html`<label class="field wide"><span>${t("create.hook")}</span>
      <input type="url" value=${hook.value} placeholder="https://"
        onInput=${(event) => { hook.value = event.target.value; }} /></label>
    <label class="field wide"><span>${t("create.state")}</span>
      <input value=${state.value} dir="auto"
        onInput=${(event) => { state.value = event.target.value; }} /></label>`;
}

// Several lines may be one prompt or many: asked, not guessed.
export function AsList({ text }) {
  const count = /\n\s*\S/.test(text.trim()) ? listOf(text).length : 0;
  if (count < 2) {
    return null;
  }
  return html`<label class="check wide as-list"><input type="checkbox" checked=${lines.value}
    onChange=${(event) => { lines.value = event.target.checked; }} />
    ${plural("create.asList", count)}</label>`;
}
