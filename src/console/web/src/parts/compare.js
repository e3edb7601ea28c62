// Two pictures on top of each other, with an edge between them to be moved.
import { useSignal } from "@preact/signals";
import { html } from "../html.js";
import { t } from "../words.js";
import { Dialog } from "./dialog.js";

export function Compare({ pictures: [below, above], onClose }) {
  const edge = useSignal(50);
  return html`<${Dialog} full title=${t("gallery.compare")} onClose=${onClose}>
    <div class="compare"><img src=${below.url} alt=${below.alt} />
      <img class="above" src=${above.url} alt=${above.alt}
        style=${{ clipPath: `inset(0 0 0 ${edge.value}%)` }} />
      <i aria-hidden="true" style=${{ insetInlineStart: `${edge.value}%` }}></i></div>
    <label class="field"><span>${t("gallery.edge")}</span><input id="compare-edge" type="range"
      min="0" max="100" value=${edge.value}
      onInput=${(event) => { edge.value = Number(event.target.value); }} /></label></${Dialog}>`;
}
