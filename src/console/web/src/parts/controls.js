// The controls of Create that stand for flags: each reads the prompt and writes it back, so text,
// chips and controls can not disagree.
import { html } from "../html.js";
import { t } from "../words.js";
import { flagsOf, modes, valueOf, withFlag } from "../flags.js";
import { prompt } from "../draft.js";
import { capabilities } from "../session.js";
import { Icon } from "./icon.js";
import { readable, SeedField, Shape } from "./native_fields.js";

const aspects = ["1:1", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16"];

const set = (name, value) => {
  prompt.value = withFlag(prompt.value, name, value);
};

// The flags of the text, each with a way out. One that we do not know is a hint, not an error: the
// server decides.
export function Chips() {
  const flags = flagsOf(prompt.value);
  if (flags.length === 0) {
    return null;
  }
  return html`<ul class="chips" aria-label=${t("create.flags")}>${flags.map((flag, place) => html`
    <li key=${place} class=${flag.known ? "chip" : "chip unknown"}
      title=${flag.known ? undefined : t("create.unknownFlag")}>
      <code>--${flag.word}</code>${flag.value ? html`<span dir="auto">${flag.value}</span>` : null}
      <button type="button" aria-label=${t("create.removeFlag", { flag: flag.name })}
        onClick=${() => {
    prompt.value = (prompt.value.slice(0, flag.start).trimEnd()
      + prompt.value.slice(flag.end)).trimStart();
  }}><${Icon} name="close" /></button></li>`)}</ul>`;
}

export function Aspect() {
  const chosen = valueOf(prompt.value, "ar") || "1:1";
  const listed = aspects.includes(chosen) ? aspects : [...aspects, chosen];
  return html`<fieldset class="aspects"><legend>${t("create.aspect")}</legend>
    ${listed.map((one) => html`<label key=${one} class=${one === chosen ? "on" : ""}>
        <input type="radio" name="aspect" value=${one} checked=${one === chosen}
          onChange=${() => set("ar", one === "1:1" ? null : one)} />
        <${Shape} sides=${one.split(":").map(Number)} />
        <span>${one}</span></label>`)}</fieldset>`;
}

export function Speed() {
  const used = flagsOf(prompt.value).map((flag) => flag.name);
  const chosen = modes.filter((one) => used.includes(one)).at(-1) || "fast";
  return html`<fieldset class="segments"><legend>${t("create.speed")}</legend>
    ${["relax", "fast", "turbo"].map((one) => html`<label key=${one} class=${one === chosen ? "on"
      : ""}>
      <input type="radio" name="speed" checked=${one === chosen} onChange=${() =>
    set(one, one === "fast" && chosen !== "fast" ? null : "")} />
      <span>${t(`mode.${one}`)}</span></label>`)}</fieldset>`;
}

export function Quality() {
  const chosen = valueOf(prompt.value, "quality") || "1";
  return html`<fieldset class="segments"><legend>${t("create.quality")}</legend>
    ${[[".5", "draft"], ["1", "standard"], ["2", "high"]].map(([value, name]) => {
    const on = value === (Number(chosen) > 1 ? "2" : Number(chosen) < 1 ? ".5" : "1");
    return html`<label key=${name} class=${on ? "on" : ""}><input type="radio" name="quality"
        checked=${on} onChange=${() => {
      set("quality", null);
      if (value !== "1") {
        set("q", value);
      }
    }} />
        <span>${t(`quality.${name}`)}</span></label>`;
  })}</fieldset>`;
}

export function Style() {
  const styles = capabilities.value.imagine.styles;
  const chosen = (valueOf(prompt.value, "style") || "").toUpperCase();
  return html`<label class="field"><span>${t("create.style")}</span>
    <select value=${chosen} onChange=${(event) =>
    set("style", event.target.value === "" ? null : event.target.value.toLowerCase())}>
      <option value="">${t("create.noStyle")}</option>
      <option value="RAW">${t("create.rawStyle")}</option>
      ${styles.map((one) => html`<option key=${one} value=${one}>${readable(one)}</option>`)}
    </select></label>`;
}

export function Version() {
  const versions = Object.entries(capabilities.value.imagine.versions)
    .filter(([name]) => name !== "niji");
  const niji = flagsOf(prompt.value).some((flag) => flag.name === "niji");
  const chosen = niji ? "niji" : valueOf(prompt.value, "version") || "";
  const choose = (value) => {
    set("niji", null);
    set("version", null);
    if (value === "niji") {
      set("niji", "");
    } else if (value) {
      set("v", value);
    }
  };
  const word = (model) => model.replace("V_", "Ideogram ").replace(/_/g, " ").toLowerCase()
    .replace(/^./, (first) => first.toUpperCase());
  return html`<label class="field"><span>${t("create.model")}</span>
    <select value=${chosen} onChange=${(event) => choose(event.target.value)}>
      <option value="">${word(capabilities.value.imagine.defaultModel)} ·${" "}
        ${t("create.usual")}</option>
      ${versions.map(([name, model]) => html`<option key=${name} value=${name}>
        ${word(model)} (--v ${name})</option>`)}
      <option value="niji">${t("create.niji")}</option></select></label>`;
}

export function Negative() {
  return html`<label class="field wide"><span>${t("create.negative")}</span>
    <input value=${valueOf(prompt.value, "no") || ""} dir="auto"
      placeholder=${t("create.negativeHint")}
      onChange=${(event) => set("no", event.target.value.trim() || null)} /></label>`;
}

export function Seed() {
  return html`<${SeedField} value=${valueOf(prompt.value, "seed") || ""}
    onChange=${(value) => set("seed", value || null)} />`;
}
