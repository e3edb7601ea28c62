// The tab "Ideogram" of Create: every operation, model and option that a backend serves, drawn from
// what the server describes. The pictures come as Ideogram gives them, without grid and buttons.
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { html } from "../html.js";
import { known, t } from "../words.js";
import { post, Refusal } from "../api.js";
import { promptsOf } from "../batch.js";
import { bodyFor, formOf, isOpen, missingIn } from "../native.js";
import { asIntent, isEcho, isSendKey } from "../intent.js";
import { hook, lines, native, state } from "../draft.js";
import { usePromptFocus } from "./prompt_focus.js";
import { capabilities } from "../session.js";
import { fetchTask } from "../tasks.js";
import { AsList, Callback } from "./form_parts.js";
import { Field, readable } from "./native_fields.js";
import { Sending, useSending } from "./sending.js";

const accepted = [1, 22];
const refusals = { 3: "not-offered", 23: "queue-full", 24: "prompt-banned" };

async function submit(operation, body, key) {
  const placed = await post(`ideogram/submit/${operation}`, body, asIntent(key));
  if (!accepted.includes(placed.code)) {
    throw new Refusal({ type: refusals[placed.code] ?? "invalid-request",
      detail: placed.description, retryable: placed.code === 23 }, null);
  }
  await fetchTask(placed.result).catch(() => {}); // it is there; the stream will tell
  return placed.result;
}

function priceOf({ operation, model }, values) {
  const speed = values.rendering_speed || "DEFAULT";
  const price = capabilities.value.prices.find((one) => one.model === model && one.speed === speed);
  return operation.name === "generate" && price ? price.usd * Number(values.num_images || 1) : null;
}

const operationWord = (name) => known(`operation.${name}`) ? t(`operation.${name}`)
  : readable(name);
const modelWord = (model) => readable(model.replace("V_", "Ideogram "));

export function NativeForm({ onMade, tabs }) {
  const input = useRef(null);
  const files = useSignal({}); // pictures are not kept over a reload
  const { operations } = capabilities.value;
  const form = formOf(operations, native.value.operation, native.value.model);
  const values = { ...native.value.values, ...files.value };
  const missing = missingIn(form, values);
  const writes = form.fields.some((field) => field.name === "prompt");
  const { prompts, more } = writes ? promptsOf(String(values.prompt ?? ""), lines.value)
    : { prompts: [""], more: false };
  const set = (changes) => { native.value = { ...native.value, ...changes }; };
  const setField = (field) => (value) => {
    if (field.type === "file") {
      files.value = { ...files.value, [field.name]: value };
    } else {
      set({ values: { ...native.value.values, [field.name]: value } });
    }
  };
  const prepare = (prompt) => {
    const body = bodyFor(form, { ...values, prompt });
    const whole = { ...body, ...(hook.value ? { notifyHook: hook.value } : {}),
      ...(state.value ? { state: state.value } : {}) };
    return (key) => submit(form.operation.name, whole, key);
  };
  const sending = useSending(prepare, onMade);
  usePromptFocus(input);
  const send = (event) => {
    event.preventDefault();
    if (missing.length > 0 || sending.busy.value) {
      input.current?.focus();
    } else {
      sending.ask(prompts);
    }
  };
  const draw = (field) => html`<${Field} key=${field.name} field=${field} input=${input}
    value=${values[field.name]} onChange=${setField(field)} />`;
  const shown = form.fields.filter(isOpen).sort((a, b) => b.required - a.required);
  const hidden = form.fields.filter((field) => !isOpen(field));
  return html`<form class="create-form native" onSubmit=${send} onKeyDown=${(event) => {
    if (isSendKey(event)) {
      event.preventDefault();
      if (!isEcho(event)) {
        send(event);
      }
    }
  }}>
    ${tabs}
    <p class="kind-text quiet">${t("kind.native.text")}</p>
    <div class="fields">
      <label class="field"><span>${t("create.operation")}</span>
        <select id="operation" value=${form.operation.name}
          onChange=${(event) => set({ operation: event.target.value })}>
          ${operations.map(({ name }) => html`<option key=${name} value=${name}>
            ${operationWord(name)}</option>`)}</select></label>
      ${form.model === null ? null : html`<label class="field"><span>${t("create.model")}</span>
        <select id="model" value=${form.model}
          onChange=${(event) => set({ model: event.target.value })}>
          ${form.operation.models.map(({ model }) => html`<option key=${model} value=${model}>
            ${modelWord(model)}</option>`)}</select></label>`}
      ${shown.map(draw)}
      ${writes ? html`<${AsList} text=${String(values.prompt ?? "")} />` : null}</div>
    <details class="more"><summary>${t("create.more")}</summary>
      <div class="fields">${hidden.map(draw)}<${Callback} /></div></details>
    <${Sending} sending=${sending} prompts=${prompts} more=${more} missing=${missing.length > 0}
      label=${t("kind.native.go")} priceOf=${() => priceOf(form, values)} />
  </form>`;
}
