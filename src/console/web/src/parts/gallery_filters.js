// What the gallery is narrowed by. All of it stands in the address.
import { html } from "../html.js";
import { t } from "../words.js";
import { ratioOf } from "../flags.js";
import { route, setQuery } from "../route.js";
import { ActiveFilters, FilterDate, FilterSelect, FilterText } from "./filters.js";
import { Icon } from "./icon.js";

const actions = ["IMAGINE", "UPSCALE", "VARIATION", "REROLL", "INPAINT", "ZOOM", "PAN", "BLEND",
  "EDIT"];
const shapes = { square: 0, wide: 1, tall: -1 }; // the sign of log(width / height)
const day = 86400000;

export function askedFor() {
  const { query } = route.value;
  return Object.fromEntries(Object.keys(wordFor).map((name) => [name, query.get(name) || ""]));
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
  text: (value) => value, action: (value) => t(`action.${value}`),
  aspect: (value) => t(`aspect.${value}`), from: (value) => t("gallery.since", { date: value }),
  to: (value) => t("gallery.until", { date: value }), client: (value) => value,
  starred: () => t("gallery.starred"),
};

export const ActiveChips = ({ filter }) =>
  html`<${ActiveFilters} chosen=${filter} words=${wordFor} />`;

export function Filters({ filter, clients }) {
  const select = (name, label, all) => html`<${FilterSelect} filter=${filter} name=${name}
    label=${label} all=${all} word=${wordFor[name]} />`;
  const date = (name, label) => html`<${FilterDate} filter=${filter} name=${name}
    label=${label} />`;
  return html`<div class="row filters">
    <${FilterText} filter=${filter} label=${t("gallery.text")} />
    ${select("action", t("filter.action"), actions)}
    ${select("aspect", t("create.aspect"), Object.keys(shapes))}
    ${date("from", t("gallery.from"))}${date("to", t("gallery.to"))}
    ${clients.length > 0 ? select("client", t("fact.caller"), clients) : null}
    <button aria-pressed=${filter.starred !== ""}
      onClick=${() => setQuery({ starred: filter.starred ? null : "1" })}>
      <${Icon} name="star" /> ${t("gallery.starred")}</button></div>`;
}
