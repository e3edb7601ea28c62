// Short news at the edge of the page, also read out, and never more than a few.
import { signal } from "@preact/signals";
import { html } from "../html.js";
import { t } from "../words.js";
import { Icon } from "./icon.js";

const notices = signal([]);
let next = 1;

function drop(id) {
  notices.value = notices.value.filter((one) => one.id !== id);
}

export function tell(text, options = {}) {
  const id = next;
  next += 1;
  notices.value = [...notices.value.slice(-3), { id, text, ...options }];
  setTimeout(() => drop(id), options.kind === "error" ? 9000 : 5000);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages that are not served over https may not; a selection still may be copied.
    const field = document.createElement("textarea");
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  tell(t("copied", { what }));
}

export function Notices() {
  return html`<div class="notices" role="status" aria-live="polite">
    ${notices.value.map((one) => html`<div key=${one.id}
      class="notice notice-${one.kind || "plain"}">
      <span>${one.text}</span>
      ${one.href ? html`<a href=${one.href}>${one.linkText}</a>` : null}
      <button class="plain" aria-label=${t("close")} onClick=${() => drop(one.id)}>
        <${Icon} name="close" /></button></div>`)}</div>`;
}
