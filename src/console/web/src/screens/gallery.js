// Finished pictures only, newest first; the next ones come when the end comes into view. Pictures
// are picked to be starred, downloaded or compared.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { plural, t } from "../words.js";
import { href } from "../route.js";
import { resets } from "../live.js";
import { cell, fetchPage, fetchTask } from "../tasks.js";
import { ratioOf } from "../flags.js";
import { isStarred, keyOf, star, stars, taskOf } from "../stars.js";
import { Compare } from "../parts/compare.js";
import { ActiveChips, askedFor, Filters, fits, queryFor } from "../parts/gallery_filters.js";
import { Icon } from "../parts/icon.js";
import { keysOf, Lightbox, pictureFor } from "../parts/lightbox.js";
import { End } from "../parts/long_list.js";
import { altOf, Picture, picturesOf } from "../parts/picture.js";
import { Empty, Skeletons } from "../parts/empty.js";
import { Trouble } from "../parts/trouble.js";

const pageSize = 30;

function Shot({ id, onlyStarred, picked, onPick, onOpen }) {
  const task = cell(id).value;
  const pictures = task ? picturesOf(task) : [];
  const ratio = task ? ratioOf(task.task.prompt || "") : 1;
  return pictures.map((one, place) => {
    const key = keyOf(id, place + 1);
    const alt = altOf(task, place + 1, pictures.length);
    return onlyStarred && !isStarred(key) ? null : html`<figure key=${one.url}
      class="shot ${picked.has(key) ? "picked" : ""}"
      style=${{ flexGrow: String(ratio), flexBasis: `${ratio * 15}rem` }}>
      <button class="shot-open" onClick=${() => onOpen(key)}>
        <${Picture} lazy src=${one.thumbnail} ratio=${ratio} alt=${alt} /></button>
      <label class="shot-pick"><input type="checkbox" checked=${picked.has(key)}
        aria-label=${t("gallery.pick", { what: alt })} onChange=${() => onPick(key)} /></label>
      <button class="shot-star" aria-pressed=${isStarred(key)}
        aria-label=${t("gallery.star", { what: alt })} onClick=${() => star([key])}>
        <${Icon} name="star" /></button></figure>`;
  });
}

function download(keys) {
  for (const one of keys.map(pictureFor).filter(Boolean)) {
    const link = document.createElement("a");
    link.href = one.url;
    link.download = one.name;
    link.click();
  }
}

function PickedShots({ picked }) {
  const comparing = useSignal(false);
  const keys = [...picked.value].filter(pictureFor);
  if (keys.length === 0) {
    return null;
  }
  return html`<div class="row picked-bar"><b>${plural("queue.picked", keys.length)}</b>
    <button onClick=${() => star(keys)}><${Icon} name="star" /> ${t(keys.every(isStarred)
    ? "gallery.unstarThem" : "gallery.starThem")}</button>
    <button onClick=${() => download(keys)}><${Icon} name="download" />
      ${t("gallery.download")}</button>
    <button disabled=${keys.length !== 2} title=${t("gallery.compareTwo")}
      onClick=${() => { comparing.value = true; }}><${Icon} name="compare" />
      ${t("gallery.compare")}</button>
    <button onClick=${() => { picked.value = new Set(); }}>${t("queue.pickNone")}</button>
    ${comparing.value ? html`<${Compare} pictures=${keys.map(pictureFor)}
      onClose=${() => { comparing.value = false; }} />` : null}</div>`;
}

// What is starred may lie far back: it is asked for by name. What is gone is left out.
async function fetchStarred() {
  const ids = [...new Set(stars.peek().map(taskOf))];
  const look = (id) => fetchTask(id).catch((error) => {
    if (error.type === "no-such-task") {
      return null;
    }
    throw error;
  });
  const found = await Promise.all(ids.map((id) => cell(id).peek() || look(id)));
  return { tasks: found.filter(Boolean).sort((a, b) => (a.id < b.id ? 1 : -1)), next: null };
}

export function Gallery() {
  const ids = useSignal(null);
  const next = useSignal(null);
  const error = useSignal(null);
  const picked = useSignal(new Set());
  const large = useSignal("");
  const busy = useRef(false);
  const latest = useRef(0);
  const filter = askedFor();
  const query = queryFor(filter);
  const load = async (cursor) => {
    if (cursor && busy.current) {
      return;
    }
    const mine = latest.current += 1;
    busy.current = true;
    try {
      const page = filter.starred ? await fetchStarred() : await fetchPage({ status: "succeeded",
        limit: pageSize, ...query, ...(cursor ? { cursor } : {}) });
      if (mine === latest.current) {
        const found = page.tasks.filter((task) => picturesOf(task).length > 0)
          .map((one) => one.id);
        ids.value = cursor ? [...new Set([...ids.value, ...found])] : found;
        next.value = page.next;
        error.value = null;
      }
    } catch (refused) {
      error.value = refused;
    }
    busy.current = mine === latest.current ? false : busy.current;
  };
  const key = `${JSON.stringify(query)} ${filter.starred}`;
  useEffect(() => {
    ids.value = null;
    next.value = null;
    return resets.subscribe(() => load(null)); // also at once
  }, [key]);
  const pick = (one) => {
    const chosen = new Set(picked.value);
    if (!chosen.delete(one)) {
      chosen.add(one);
    }
    picked.value = chosen;
  };
  const known = (ids.value || []).map((id) => cell(id).value).filter(Boolean);
  const shown = known.filter((task) => fits(task, filter) && (!filter.starred
    || stars.value.some((one) => taskOf(one) === task.id)));
  const clients = [...new Set([...known.map((task) => task.caller), filter.client])]
    .filter(Boolean).sort();
  const narrowed = Object.values(filter).some(Boolean);
  return html`<div class="gallery"><h1>${t("screen.gallery")}</h1>
    <${Filters} filter=${filter} clients=${clients} /><${ActiveChips} filter=${filter} />
    <${PickedShots} picked=${picked} />
    ${error.value ? html`<${Trouble} error=${error.value} retry=${() => load(null)} />` : null}
    ${ids.value === null ? html`<${Skeletons} count=${6} kind="cards" />`
    : shown.length === 0 && !next.value ? html`<${Empty} text=${t(narrowed ? "gallery.noneFit"
      : "gallery.empty")}>${narrowed ? null : html`<a class="button primary"
        href=${href("create")}>${t("screen.create")}</a>`}</${Empty}>`
    : html`<div class="shots">${shown.map(({ id }) => html`<${Shot} key=${id} id=${id}
        onlyStarred=${filter.starred !== ""} picked=${picked.value} onPick=${pick}
        onOpen=${(one) => { large.value = one; }} />`)}
        <i class="shots-end" aria-hidden="true"></i></div>`}
    ${large.value ? html`<${Lightbox} at=${large} keys=${shown.flatMap(keysOf).filter((one) =>
      !filter.starred || isStarred(one))} />` : null}
    ${next.value && !error.value ? html`<${End} more=${() => load(next.peek())} />` : null}
  </div>`;
}
