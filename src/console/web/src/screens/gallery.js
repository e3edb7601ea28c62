// Finished pictures only, newest first; the next ones come when the end comes into view.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../words.js";
import { href } from "../route.js";
import { resets } from "../live.js";
import { cell, fetchPage } from "../tasks.js";
import { ratioOf } from "../flags.js";
import { altOf, Picture, picturesOf } from "../parts/picture.js";
import { Empty, Skeletons } from "../parts/empty.js";
import { Trouble } from "../parts/trouble.js";

const pageSize = 30;

function Shot({ id }) {
  const task = cell(id).value;
  const pictures = task ? picturesOf(task) : [];
  const ratio = task ? ratioOf(task.task.prompt || "") : 1;
  return pictures.map((one, place) => html`<a key=${one.url} class="shot" href=${href("task", id)}
    style=${{ flexGrow: String(ratio), flexBasis: `${ratio * 15}rem` }}>
    <${Picture} lazy src=${one.thumbnail} ratio=${ratio}
      alt=${altOf(task, place + 1, pictures.length)} /></a>`);
}

export function Gallery() {
  const ids = useSignal(null);
  const next = useSignal(null);
  const error = useSignal(null);
  const busy = useRef(false);
  const end = useRef(null);
  const load = async (cursor) => {
    if (busy.current) {
      return;
    }
    busy.current = true;
    try {
      const page = await fetchPage({ status: "succeeded", limit: pageSize,
        ...(cursor ? { cursor } : {}) });
      const found = page.tasks.filter((task) => picturesOf(task).length > 0).map((one) => one.id);
      ids.value = cursor ? [...ids.value, ...found] : found;
      next.value = page.next;
      error.value = null;
    } catch (refused) {
      error.value = refused;
    }
    busy.current = false;
  };
  useEffect(() => resets.subscribe(() => load(null)), []);
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((one) => one.isIntersecting) && next.peek()) {
        load(next.peek());
      }
    }, { rootMargin: "600px" });
    seen.observe(end.current);
    return () => seen.disconnect();
  }, []);
  return html`<div class="gallery"><h1>${t("screen.gallery")}</h1>
    ${error.value ? html`<${Trouble} error=${error.value} retry=${() => load(null)} />` : null}
    ${ids.value === null ? html`<${Skeletons} count=${6} kind="cards" />`
    : ids.value.length === 0 ? html`<${Empty} text=${t("gallery.empty")}>
        <a class="button primary" href=${href("create")}>${t("screen.create")}</a></${Empty}>`
    : html`<div class="shots">${ids.value.map((id) => html`<${Shot} key=${id} id=${id} />`)}
        <i class="shots-end" aria-hidden="true"></i></div>`}
    <div ref=${end}></div></div>`;
}
