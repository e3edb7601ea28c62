// A task that waits for an answer (code 21): a mask to paint, a zoom, or the prompt to change.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { number, t } from "../words.js";
import { post } from "../api.js";
import { valueOf, withFlag } from "../flags.js";
import { cell, fetchTask, learn } from "../tasks.js";
import { Dialog } from "./dialog.js";
import { picturesOf } from "./picture.js";
import { Trouble } from "./trouble.js";
import { RegionPainter } from "./region.js";

function Words({ task, send, error, busy, onClose }) {
  const zooms = task.task.action === "ZOOM";
  const start = task.task.prompt || "";
  const text = useSignal(zooms && valueOf(start, "zoom") === null ? withFlag(start, "zoom", "1.8")
    : start);
  const zoom = Number(valueOf(text.value, "zoom") || 1);
  return html`<${Dialog} title=${t(zooms ? "question.zoom" : "question.prompt")} onClose=${onClose}>
    <form onSubmit=${(event) => { event.preventDefault(); send({ prompt: text.value }); }}>
      <label class="field wide"><span>${t("create.prompt")}</span>
        <textarea rows="4" dir="auto" value=${text.value}
          onInput=${(event) => { text.value = event.target.value; }}></textarea></label>
      ${zooms ? html`<label class="field wide"><span>${t("question.factor",
        { n: number(zoom) })}</span>
        <input type="range" min="1" max="2" step="0.1" value=${zoom} onInput=${(event) => {
    text.value = withFlag(text.value, "zoom", event.target.value);
  }} /></label>` : null}
      ${error ? html`<${Trouble} error=${error} />` : null}
      <div class="row end"><button type="button" onClick=${onClose}>${t("later")}</button>
        <button class="primary" disabled=${busy}>${t("question.send")}</button></div>
    </form></${Dialog}>`;
}

export function Question({ task }) {
  const open = useSignal(true);
  const busy = useSignal(false);
  const error = useSignal(null);
  const waits = task.status === "needs_input";
  const parent = cell(task.task.parentId || "").value;
  useEffect(() => {
    if (waits && task.task.parentId) {
      fetchTask(task.task.parentId).catch(() => {});
    }
  }, [task.id, waits]);
  if (!waits) {
    return null;
  }
  const send = async (answer) => {
    busy.value = true;
    error.value = null;
    try {
      const answered = await post("v1/tasks", { kind: "answer", taskId: task.id, ...answer });
      if (answered.task) {
        learn(answered);
      }
    } catch (refused) {
      error.value = refused;
    }
    busy.value = false;
  };
  const close = () => { open.value = false; };
  const picture = parent && picturesOf(parent)[0];
  const paints = task.task.action === "INPAINT";
  return html`<div class="question"><p>${t(paints ? "question.paintText" : "question.text")}</p>
    <button class="primary" onClick=${() => { open.value = true; }}>
      ${t(paints ? "question.paint" : "question.answer")}</button>
    ${open.value && paints && picture ? html`<${RegionPainter} task=${task} source=${picture.url}
      send=${send} error=${error.value} busy=${busy.value} onClose=${close} />` : null}
    ${open.value && !paints ? html`<${Words} task=${task} send=${send} error=${error.value}
      busy=${busy.value} onClose=${close} />` : null}</div>`;
}
