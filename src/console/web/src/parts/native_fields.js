// One control for each type of field that the server describes.
import { html } from "../html.js";
import { known, number, t } from "../words.js";
import { shapeOf } from "../native.js";
import { newestSeed } from "../tasks.js";
import { Icon } from "./icon.js";
import { PictureWell } from "./picture_well.js";

const fewWords = 6;

export const readable = (word) => word.toLowerCase().replace(/[_-]/g, " ")
  .replace(/^./, (first) => first.toUpperCase());

const labelOf = ({ name }) => known(`field.${name}`) ? t(`field.${name}`) : readable(name);

const anySeed = () => String(Math.floor(Math.random() * 2 ** 31));

// A fixed seed draws alike again; without one each task is drawn by chance.
export function SeedField({ value, onChange }) {
  return html`<label class="field"><span>${t("create.seed")}</span>
    <span class="with-button"><input inputmode="numeric" pattern="[0-9]*" value=${value}
      placeholder=${t("create.seedHint")} onChange=${(event) =>
    onChange(/^\d+$/.test(event.target.value) ? event.target.value : "")} />
      <button type="button" class="plain" aria-label=${t("create.dice")}
        title=${t("create.dice")} onClick=${() => onChange(anySeed())}>
        <${Icon} name="dice" /></button>
      <button type="button" class="plain" aria-pressed=${value !== ""}
        aria-label=${t("create.lock")} title=${t("create.lock")}
        onClick=${() => onChange(value === "" ? newestSeed() ?? anySeed() : "")}>
        <${Icon} name=${value === "" ? "unlocked" : "locked"} /></button></span></label>`;
}

export function Shape({ sides: [wide, high] }) {
  const scale = 22 / Math.max(wide, high, 1);
  const shape = { width: `${Math.max(4, wide * scale) || 22}px`,
    height: `${Math.max(4, high * scale) || 22}px` };
  return html`<span class="shape-box" aria-hidden="true"><i style=${shape}></i></span>`;
}

function Choice({ field, value, onChange }) {
  const shapes = field.values.every(shapeOf);
  if (!shapes && field.values.length > fewWords) {
    return html`<label class="field"><span>${labelOf(field)}</span>
      <select value=${value} onChange=${(event) => onChange(event.target.value)}>
        <option value="">${t("create.usual")}</option>
        ${field.values.map((one) => html`<option key=${one} value=${one}>${readable(one)}
          </option>`)}
      </select></label>`;
  }
  const options = field.required ? field.values : ["", ...field.values];
  return html`<fieldset class=${shapes ? "aspects" : "segments"}>
    <legend>${labelOf(field)}</legend>
    ${options.map((one) => html`<label key=${one} class=${one === value ? "on" : ""}>
      <input type="radio" name=${`native-${field.name}`} checked=${one === value}
        onChange=${() => onChange(one)} />
      ${shapes ? html`<${Shape} sides=${one ? shapeOf(one) : [1, 1]} />` : null}
      <span>${one === "" ? t("create.usual") : shapes ? shapeOf(one).join(":") : readable(one)}
        </span></label>`)}</fieldset>`;
}

function Palette({ field, value, onChange }) {
  const members = value.members ?? [];
  const set = (next) => onChange(next.length > 0 ? { members: next } : "");
  const change = (place, more) =>
    set(members.map((one, at) => (at === place ? { ...one, ...more } : one)));
  return html`<fieldset class="palette wide"><legend>${labelOf(field)}</legend>
    ${members.map((one, place) => html`<span key=${place} class="palette-color">
      <input type="color" value=${one.color_hex.toLowerCase()}
        aria-label=${t("palette.color", { n: place + 1 })}
        onInput=${(event) => change(place, { color_hex: event.target.value.toUpperCase() })} />
      <input type="number" min="0.05" max="1" step="0.05" value=${one.color_weight ?? ""}
        placeholder=${t("palette.weight")} aria-label=${t("palette.weightOf", { n: place + 1 })}
        onChange=${(event) => change(place, { color_weight: event.target.value === "" ? undefined
    : Number(event.target.value) })} />
      <button type="button" class="plain" aria-label=${t("palette.remove", { n: place + 1 })}
        onClick=${() => set(members.filter((_, at) => at !== place))}><${Icon} name="close" />
      </button></span>`)}
    <button type="button" onClick=${() => set([...members, { color_hex: "#4F46E5" }])}>
      ${t("palette.add")}</button></fieldset>`;
}

function Files({ field, value, onChange }) {
  return html`<fieldset class="files wide"><legend>${labelOf(field)}
    ${field.required ? html` <span class="quiet">${t("create.needed")}</span>` : null}</legend>
    <${PictureWell} pictures=${value || []} most=${field.count ?? 1} onChange=${onChange} />
    </fieldset>`;
}

function Text({ field, value, onChange, input }) {
  const hint = field.count ? t("create.severalHint", { n: number(field.count) }) : "";
  const long = /prompt$/.test(field.name);
  return html`<label class="field ${long || field.count ? "wide" : ""}">
    <span>${labelOf(field)}</span>
    ${field.name === "prompt" ? html`<textarea ref=${input} id="native-prompt" rows="4" dir="auto"
        value=${value} onInput=${(event) => onChange(event.target.value)}></textarea>`
    : html`<input value=${value} dir="auto" placeholder=${hint}
        onInput=${(event) => onChange(event.target.value)} />`}</label>`;
}

export function Field({ field, value, onChange, input }) {
  const given = value ?? "";
  if (field.name === "seed") {
    return html`<${SeedField} value=${String(given)} onChange=${onChange} />`;
  }
  switch (field.type) {
    case "choice":
      return html`<${Choice} field=${field} value=${given} onChange=${onChange} />`;
    case "integer":
      return html`<label class="field"><span>${labelOf(field)} (${number(field.least)}–${
        number(field.most)})</span>
        <input type="number" min=${field.least} max=${field.most} value=${given}
          placeholder=${t("create.usual")}
          onInput=${(event) => onChange(event.target.value)} /></label>`;
    case "flag":
      return html`<label class="check"><input type="checkbox" checked=${given === true}
        onChange=${(event) => onChange(event.target.checked ? true : "")} />
        ${labelOf(field)}</label>`;
    case "object":
      return html`<${Palette} field=${field} value=${given} onChange=${onChange} />`;
    case "file":
      return html`<${Files} field=${field} value=${value} onChange=${onChange} />`;
    default:
      return html`<${Text} field=${field} value=${given} onChange=${onChange} input=${input} />`;
  }
}
