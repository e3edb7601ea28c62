// What is done with many rows at once: cancelled, or made anew. The exact number is shown before,
// and where it is large, typed.
import { useSignal } from "@preact/signals";
import { html } from "../html.js";
import { number, plural, t } from "../words.js";
import { post } from "../api.js";
import { canRepeat, forEach, repeat } from "../again.js";
import { cell, ended, learn } from "../tasks.js";
import { Dialog } from "./dialog.js";
import { tell } from "./notice.js";

const typeAbove = 100;

export async function cancel(ids) {
  // What is refused has ended meanwhile.
  const refused = await forEach(ids, async (id) => learn(await post(`v1/tasks/${id}/cancel`)));
  tell(refused ? plural("queue.notCancelled", refused) : plural("queue.cancelled", ids.length));
}

async function repeatAll(ids) {
  const refused = await forEach(ids, (id) => repeat(cell(id).peek()));
  tell(plural("queue.repeated", ids.length - refused)
    + (refused ? ` · ${plural("queue.notRepeated", refused)}` : ""),
  { kind: refused ? "error" : "plain" });
}

const works = { cancel: { run: cancel, danger: true }, repeat: { run: repeatAll } };

function Count({ what, ids, onDone, onClose }) {
  const typed = useSignal("");
  const sure = ids.length <= typeAbove || typed.value.trim() === String(ids.length);
  const act = (event) => {
    event.preventDefault();
    if (sure) {
      works[what].run(ids);
      onDone();
      onClose();
    }
  };
  return html`<${Dialog} title=${t(`bulk.${what}Title`)} onClose=${onClose}>
    <form onSubmit=${act}><p>${plural(what === "cancel" ? "queue.cancelMany" : "queue.repeatMany",
      ids.length)}</p>
      ${ids.length > typeAbove ? html`<label class="field"><span>${t("bulk.type",
        { n: ids.length })}</span><input id="bulk-count" inputmode="numeric" autocomplete="off"
        value=${typed.value} onInput=${(event) => { typed.value = event.target.value; }} />
        </label>` : null}
      <div class="row end"><button type="button" onClick=${onClose}>${t("back")}</button>
        <button class=${works[what].danger ? "danger" : "primary"} disabled=${!sure}>
          ${t(`bulk.${what}`)} (${number(ids.length)})</button></div></form></${Dialog}>`;
}

// `all()` brings the ids of everything that the filter fits; `whole` tells that they are all here.
export function PickedBar({ picked, shown, whole, all }) {
  const asking = useSignal(null);
  const busy = useSignal(false);
  const tasks = [...picked.value].map((id) => cell(id).value).filter(Boolean);
  if (tasks.length === 0) {
    return null;
  }
  const open = tasks.filter((one) => !ended(one)).map((one) => one.id);
  const past = tasks.filter(canRepeat).map((one) => one.id);
  const pickAll = async () => {
    busy.value = true;
    picked.value = new Set(whole ? shown : await all());
    busy.value = false;
  };
  return html`<div class="row picked-bar"><b>${plural("queue.picked", tasks.length)}</b>
    ${open.length > 0 ? html`<button class="danger" onClick=${() => {
    asking.value = { what: "cancel", ids: open };
  }}>${t("bulk.cancel")} (${number(open.length)})</button>` : null}
    ${past.length > 0 ? html`<button onClick=${() => {
    asking.value = { what: "repeat", ids: past };
  }}>${t("bulk.repeat")} (${number(past.length)})</button>` : null}
    <button onClick=${pickAll} aria-busy=${busy.value} disabled=${busy.value}>
      ${whole ? plural("queue.pickAll", shown.length) : t("queue.pickMatching")}</button>
    <button onClick=${() => { picked.value = new Set(); }}>${t("queue.pickNone")}</button>
    ${asking.value ? html`<${Count} ...${asking.value}
      onDone=${() => { picked.value = new Set(); }}
      onClose=${() => { asking.value = null; }} />` : null}</div>`;
}
