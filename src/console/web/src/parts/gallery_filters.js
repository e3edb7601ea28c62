// What the gallery is narrowed by. All of it stands in the address.
import { html } from "../html.js";
import { t } from "../words.js";
import { ratioOf } from "../flags.js";
import { route, setQuery } from "../route.js";
import { Icon } from "./icon.js";

const actions = ["IMAGINE", "UPSCALE", "VARIATION", "REROLL", "INPAINT", "ZOOM", "PAN", "BLEND",
  "EDIT"];
const shapes = { square: 0, wide: 1, tall: -1 }; // the sign of log(width / height)
const names = ["text", "action", "aspect", "from", "to", "client", "starred"];
const day = 86400000;

export function askedFor() {
  const { query } = route.value;
  return Object.fromEntries(names.map((name) => [name, query.get(name) || ""]));
}

const midnight = (date) => new Date(`${date}T00:00:00`).getTime();

// What the server narrows by; the rest is looked at here.
export function queryFor({ action, from, to }) {
  const since = midnight(from);
  const until = midnight(to) + day; // the last day counts
  return { ...(actions.includes(action) ? { action } : {}), ...(since >= 0 ? { since } : {}),
    ...(until >= 0 ? { until } : {}) };
}

export function fits(task, { text, aspect, client }) {
  const mj = task.task;
  return (!text || `${task.id} ${mj.prompt || ""}`.toLowerCase().includes(text.toLowerCase()))
    && (!(aspect in shapes) || Math.sign(Math.log(ratioOf(mj.prompt || ""))) === shapes[aspect])
    && (!client || task.caller === client);
}

const wordFor = {
  text: (value) => value, client: (value) => value,
  action: (value) => t(`action.${value}`), aspect: (value) => t(`aspect.${value}`),
  from: (value) => t("gallery.since", { date: value }),
  to: (value) => t("gallery.until", { date: value }), starred: () => t("gallery.starred"),
};

export function ActiveChips({ filter }) {
  const active = names.filter((name) => filter[name]);
  if (active.length === 0) {
    return null;
  }
  return html`<ul class="chips active-filters" aria-label=${t("filter.active")}>
    ${active.map((name) => html`<li key=${name} class="chip">
      <span dir="auto">${wordFor[name](filter[name])}</span>
      <button aria-label=${t("filter.remove", { what: wordFor[name](filter[name]) })}
        onClick=${() => setQuery({ [name]: null })}><${Icon} name="close" /></button></li>`)}
    <li><button onClick=${() => setQuery(Object.fromEntries(names.map((name) => [name, null])))}>
      ${t("filter.clear")}</button></li></ul>`;
}

export function Filters({ filter, clients }) {
  const field = (name, kind, label) => html`<label class="filter"><span>${label}</span>
    <input type=${kind} value=${filter[name]} dir="auto"
      onInput=${(event) => setQuery({ [name]: event.target.value })} /></label>`;
  const select = (name, label, all, word) => html`<label class="filter"><span>${label}</span>
    <select value=${filter[name]} onChange=${(event) => setQuery({ [name]: event.target.value })}>
      <option value="">${t("filter.any")}</option>
      ${all.map((one) => html`<option key=${one} value=${one}>${word(one)}</option>`)}</select>
    </label>`;
  return html`<div class="row filters">
    <label class="filter grow"><span>${t("gallery.text")}</span><input type="search" dir="auto"
      value=${filter.text} onInput=${(event) => setQuery({ text: event.target.value })} /></label>
    ${select("action", t("filter.action"), actions, wordFor.action)}
    ${select("aspect", t("create.aspect"), Object.keys(shapes), wordFor.aspect)}
    ${field("from", "date", t("gallery.from"))}${field("to", "date", t("gallery.to"))}
    ${clients.length > 0 ? select("client", t("fact.caller"), clients, wordFor.client) : null}
    <button aria-pressed=${filter.starred !== ""}
      onClick=${() => setQuery({ starred: filter.starred ? null : "1" })}>
      <${Icon} name="star" /> ${t("gallery.starred")}</button></div>`;
}
