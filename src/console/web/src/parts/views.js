// Filters under a name, kept in this browser.
import { useSignal } from "@preact/signals";
import { html } from "../html.js";
import { t } from "../words.js";
import { href, route } from "../route.js";
import { remembered } from "../settings.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icon.js";

const kept = remembered("views", []);

function Name({ onSave, onClose }) {
  const name = useSignal("");
  const save = (event) => {
    event.preventDefault();
    if (name.value.trim()) {
      onSave(name.value.trim());
      onClose();
    }
  };
  return html`<${Dialog} title=${t("views.save")} onClose=${onClose}><form onSubmit=${save}>
    <label class="field"><span>${t("views.name")}</span><input id="view-name" value=${name.value}
      maxlength="60" dir="auto" onInput=${(event) => { name.value = event.target.value; }} />
      </label>
    <div class="row end"><button type="button" onClick=${onClose}>${t("back")}</button>
      <button class="primary">${t("views.keep")}</button></div></form></${Dialog}>`;
}

export function Views({ filtered }) {
  const naming = useSignal(false);
  const query = route.value.query.toString();
  if (kept.value.length === 0 && !filtered) {
    return null;
  }
  const others = (name) => kept.value.filter((one) => one.name !== name);
  return html`<ul class="chips views" aria-label=${t("views.all")}>
    ${kept.value.map((one) => html`<li key=${one.name} class="chip">
      <a href=${href("queue", "", one.query)} dir="auto"
        aria-current=${one.query === query ? "true" : undefined}>${one.name}</a>
      <button aria-label=${t("views.forget", { name: one.name })}
        onClick=${() => { kept.value = others(one.name); }}><${Icon} name="close" /></button>
      </li>`)}
    ${filtered ? html`<li><button onClick=${() => { naming.value = true; }}>
      <${Icon} name="star" /> ${t("views.save")}</button></li>` : null}
    ${naming.value ? html`<${Name} onClose=${() => { naming.value = false; }}
      onSave=${(name) => { kept.value = [...others(name), { name, query }]; }} />` : null}</ul>`;
}
