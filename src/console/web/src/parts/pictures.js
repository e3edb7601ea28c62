// The big picture area of a task. In a grid the arrow keys go from picture to picture.
import { useSignal } from "@preact/signals";
import { html } from "../html.js";
import { t } from "../words.js";
import { ratioOf } from "../flags.js";
import { ended } from "../tasks.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icon.js";
import { altOf, Picture, picturesOf } from "./picture.js";

const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 2, ArrowUp: -2 };

function Enlarged({ task, pictures, place }) {
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      place.value = (place.value - 1 + step + pictures.length) % pictures.length + 1;
    }
  };
  const shown = pictures[place.value - 1];
  return html`<${Dialog} full title=${altOf(task, place.value, pictures.length)}
    onClose=${() => { place.value = 0; }}>
    <div class="enlarged" onKeyDown=${move} tabindex="0" role="group"
      aria-label=${t("task.pictures")}>
      <img key=${shown.url} src=${shown.url} alt=${altOf(task, place.value, pictures.length)} />
        </div>
    ${pictures.length > 1 ? html`<div class="row center">
      ${pictures.map((one, at) => html`<button key=${one.url} aria-pressed=${at + 1 === place.value}
        onClick=${() => { place.value = at + 1; }}>${at + 1}</button>`)}</div>`
          : null}</${Dialog}>`;
}

export function Pictures({ task, chosen }) {
  const enlarged = useSignal(0);
  const pictures = picturesOf(task);
  const ratio = ratioOf(task.task.prompt || "");
  if (pictures.length === 0) {
    const text = task.task.properties?.finalPrompt;
    return task.status === "succeeded" && text
      ? html`<div class="told" dir="auto">${text}</div>`
      : html`<div class="drawing-area ${ended(task) ? "none" : ""} on-${task.status}"
        style=${{ aspectRatio: String(ratio) }}><${Icon} name=${task.status} />
        <span>${t(`drawing.${task.status}`)}</span></div>`;
  }
  const move = (event) => {
    const buttons = [...event.currentTarget.querySelectorAll("button.picture-button")];
    const next = buttons.indexOf(document.activeElement) + (steps[event.key] || 0);
    if (steps[event.key] && buttons[next]) {
      event.preventDefault();
      buttons[next].focus();
    }
  };
  const many = pictures.length > 1;
  return html`<div class="pictures grid-${Math.min(pictures.length, 4)}" onKeyDown=${move}>
    ${pictures.map((one, place) => html`<button key=${one.url} class="picture-button"
      tabindex=${place === Math.max(0, chosen.value - 1) ? 0 : -1}
      aria-label=${t("picture.enlarge", { what: altOf(task, place + 1, pictures.length) })}
      onFocus=${() => { chosen.value = place + 1; }}
        onClick=${() => { enlarged.value = place + 1; }}>
      <${Picture} src=${one.url} alt="" ratio=${many ? ratio : undefined} />
      ${many ? html`<span class="picture-number" aria-hidden="true">${place + 1}</span>` : null}
    </button>`)}</div>
    ${enlarged.value ? html`<${Enlarged} task=${task} pictures=${pictures} place=${enlarged} />`
      : null}`;
}
