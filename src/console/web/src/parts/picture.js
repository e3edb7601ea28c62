// A picture in a box of its final shape, so that nothing jumps when it arrives.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../words.js";
import { pictureAddress } from "../api.js";
import { ended } from "../tasks.js";
import { Icon } from "./icon.js";

// All pictures of a task: [{url, thumbnail}].
export function picturesOf(task) {
  const mj = task.task;
  const listed = mj.properties?.pictures || mj.imageUrls || (mj.imageUrl
    ? [{ url: mj.imageUrl, thumbnail: `${mj.imageUrl}?thumb=1` }] : []);
  return listed.map((one) => ({
    url: pictureAddress(one.url), thumbnail: pictureAddress(one.thumbnail),
  })).filter((one) => one.url);
}

export function altOf(task, place, count) {
  const start = (task.task.prompt || task.task.action).slice(0, 80);
  return count > 1 ? t("picture.of", { n: place, count, prompt: start }) : start;
}

// Element styles set by script are no style attributes: the page's policy allows them.
const shaped = (ratio) => ({ aspectRatio: String(ratio) });

// Belongs to one address: give it the address as key.
export function Picture({ src, alt, ratio, lazy }) {
  const [state, setState] = useState("loading");
  const [tries, setTries] = useState(0);
  if (state === "gone") {
    return html`<div class="picture gone" style=${ratio ? shaped(ratio) : undefined}>
      <span>${t("picture.gone")}</span>
      <button onClick=${() => { setTries(tries + 1); setState("loading"); }}>${t("retry")}</button>
    </div>`;
  }
  return html`<div class="picture ${state}" style=${ratio ? shaped(ratio) : undefined}>
    <img key=${tries} src=${src} alt=${alt} loading=${lazy ? "lazy" : "eager"} decoding="async"
      onLoad=${() => setState("there")} onError=${() => setState("gone")} /></div>`;
}

// What stands for a task in a list: its pictures, or how it stands.
export function Thumbnail({ task }) {
  const pictures = picturesOf(task);
  if (pictures.length === 0) {
    return html`<span class="thumb thumb-${task.status}" style=${shaped(1)}>
      <${Icon} name=${task.status} /></span>`;
  }
  return html`<span class="thumb" style=${shaped(1)}>
    <img src=${pictures[0].thumbnail} alt="" loading="lazy" decoding="async" /></span>`;
}

// The result of a task as a card shows it: a 2x2 grid, one picture, or what is drawn meanwhile.
export function Result({ task }) {
  const pictures = picturesOf(task);
  if (pictures.length === 0) {
    const text = task.task.properties?.finalPrompt;
    if (task.status === "succeeded" && text) {
      return html`<div class="result text" dir="auto">${text.slice(0, 400)}</div>`;
    }
    return html`<div class="result ${ended(task) ? "none" : "drawing"}">
      <${Icon} name=${task.status} /></div>`;
  }
  return html`<div class="result grid-${Math.min(pictures.length, 4)}">
    ${pictures.slice(0, 4).map((one, place) => html`<${Picture} key=${one.url} lazy
      src=${pictures.length > 1 ? one.thumbnail : one.url}
      alt=${altOf(task, place + 1, pictures.length)} />`)}</div>`;
}
