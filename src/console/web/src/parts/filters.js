// The fields by which lists are narrowed; what they hold is in the address.
import { html } from "../html.js";
import { setQuery } from "../route.js";
import { t } from "../words.js";
import { Icon } from "./icon.js";

const put = (name) => (event) => setQuery({ [name]: event.target.value });

// One of `all` or any; `word` says what each is called.
export const FilterSelect = ({ filter, name, label, all, word }) => html`<label class="filter">
  <span>${label}</span>
  <select value=${filter[name]} onChange=${put(name)}>
    <option value="">${t("filter.any")}</option>
    ${all.map((one) => html`<option key=${one} value=${one}>${word(one)}</option>`)}</select>
  </label>`;

export const FilterText = ({ filter, label }) => html`<label class="filter grow">
  <span>${label}</span>
  <input type="search" dir="auto" value=${filter.text} onInput=${put("text")} /></label>`;

export const FilterDate = ({ filter, name, label }) => html`<label class="filter">
  <span>${label}</span>
  <input type="date" value=${filter[name]} onInput=${put(name)} /></label>`;

// What a list is narrowed by: `chosen` by name, `words` says each value in words.
export function ActiveFilters({ chosen, words }) {
  const names = Object.keys(words);
  const active = names.filter((name) => chosen[name]);
  if (active.length === 0) {
    return null;
  }
  return html`<ul class="chips active-filters" aria-label=${t("filter.active")}>
    ${active.map((name) => html`<li key=${name} class="chip">
      <span dir="auto">${words[name](chosen[name])}</span>
      <button aria-label=${t("filter.remove", { what: words[name](chosen[name]) })}
        onClick=${() => setQuery({ [name]: null })}><${Icon} name="close" /></button></li>`)}
    <li><button onClick=${() => setQuery(Object.fromEntries(names.map((name) => [name, null])))}>
      ${t("filter.clear")}</button></li></ul>`;
}
