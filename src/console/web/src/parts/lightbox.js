// One picture of the gallery after the other, large, with what can be done with its task.
import { useSignal } from "@preact/signals";
import { html } from "../html.js";
import { t } from "../words.js";
import { ago } from "../format.js";
import { href } from "../route.js";
import { now } from "../now.js";
import { isStarred, keyOf, placeOf, star, taskOf } from "../stars.js";
import { cell } from "../tasks.js";
import { Actions } from "./actions.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icon.js";
import { altOf, picturesOf } from "./picture.js";

// {url, alt, name} of a picture by its key.
export function pictureFor(key) {
  const task = cell(taskOf(key)).peek();
  const pictures = task ? picturesOf(task) : [];
  const one = pictures[placeOf(key) - 1];
  return one && { url: one.url, name: `${task.id}-${placeOf(key)}.png`,
    alt: altOf(task, placeOf(key), pictures.length) };
}

export const keysOf = (task) => picturesOf(task).map((_, place) => keyOf(task.id, place + 1));

function Details({ task, shown, picked }) {
  return html`<aside class="light-details" aria-label=${t("task.about")}>
    <p dir="auto">${task.task.prompt || task.task.description}</p>
    <p class="quiet">${t(`action.${task.task.action}`)} · ${ago(task.task.submitTime, now.value)}
    </p>
    <div class="row"><button aria-pressed=${isStarred(picked)} onClick=${() => star([picked])}>
        <${Icon} name="star" /> ${t(isStarred(picked) ? "gallery.unstarThem" : "gallery.starThem")}
      </button>
      <a class="button" href=${shown.url} download=${shown.name}><${Icon} name="download" />
        ${t("gallery.download")}</a>
      <a class="button" href=${href("task", task.id)}>${t("gallery.toTask")}</a></div>
    <${Actions} task=${task} /></aside>`;
}

// `at` is the signal of the key that is shown; "" closes.
export function Lightbox({ keys, at }) {
  const actual = useSignal(false);
  const task = cell(taskOf(at.value)).value;
  const shown = pictureFor(at.value);
  if (!task || !shown) {
    return null;
  }
  const step = (by) => {
    const next = (keys.indexOf(at.value) + by + keys.length) % keys.length;
    at.value = keys[next] ?? at.value;
  };
  const onKey = (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by) {
      event.preventDefault();
      step(by);
    }
  };
  return html`<${Dialog} full title=${shown.alt} onClose=${() => { at.value = ""; }}>
    <div class="light" onKeyDown=${onKey}>
      <div class="light-stage ${actual.value ? "actual" : ""}" tabindex="0" role="group"
        aria-label=${t("task.pictures")}><img key=${shown.url} src=${shown.url} alt=${shown.alt} />
      </div>
      <${Details} task=${task} shown=${shown} picked=${at.value} />
      <div class="row center"><button onClick=${() => step(-1)}>← ${t("gallery.before")}</button>
        <button aria-pressed=${actual.value} onClick=${() => { actual.value = !actual.value; }}>
          ${t("gallery.actual")}</button>
        <button onClick=${() => step(1)}>${t("gallery.next")} →</button></div></div></${Dialog}>`;
}
