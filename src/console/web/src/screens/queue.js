// The queue: what waits, runs and ended. Filters stand in the address; what arrives meanwhile is
// announced and does not push away what is being read.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { number, plural, t } from "../words.js";
import { ago, duration, moment } from "../format.js";
import { address } from "../api.js";
import { useFreshProgress } from "../fresh.js";
import { takeKeys } from "../keys.js";
import { figures, resets } from "../live.js";
import { now } from "../now.js";
import { go, href, route, setQuery } from "../route.js";
import { arrivals, cell, ended, fetchPage, lastArrival, mostListed } from "../tasks.js";
import { cancel, PickedBar } from "../parts/bulk.js";
import { Empty, Skeletons } from "../parts/empty.js";
import { ActiveFilters, FilterSelect, FilterText } from "../parts/filters.js";
import { QueueSwitches } from "../parts/operate.js";
import { Icon } from "../parts/icon.js";
import { End, LongList } from "../parts/long_list.js";
import { Thumbnail } from "../parts/picture.js";
import { copy, tell } from "../parts/notice.js";
import { Progress, Status } from "../parts/status.js";
import { sentenceOf, Trouble } from "../parts/trouble.js";
import { Views } from "../parts/views.js";

const states = { all: "", waiting: "waiting", running: "running", needs_input: "needs_input",
  succeeded: "succeeded", failed: "failed", cancelled: "cancelled" };
const actionNames = ["IMAGINE", "UPSCALE", "VARIATION", "REROLL", "INPAINT", "ZOOM", "PAN", "BLEND",
  "DESCRIBE", "EDIT", "SHORTEN"];
const ages = { "1h": 3600000, "24h": 86400000, "7d": 604800000 };
const pageSize = 100;

const asked = () => {
  const { query } = route.value;
  const state = states[query.get("state")] ? query.get("state") : "all";
  return { state, action: query.get("action") || "", age: ages[query.get("age")] ? query.get("age")
    : "", text: query.get("text") || "" };
};

function queryOf({ state, action, age }, cursor) {
  const query = { limit: pageSize };
  if (states[state]) {
    query.status = states[state];
  }
  if (action) {
    query.action = action;
  }
  if (age) {
    query.since = Date.now() - ages[age];
  }
  if (cursor) {
    query.cursor = cursor;
  }
  return query;
}

const wordsOf = (task) =>
  `${task.id} ${task.task.prompt || ""} ${task.task.state || ""} ${task.caller}`.toLowerCase();

function fits(task, { state, action, text }) {
  return (!states[state] || task.status === states[state])
    && (!action || task.task.action === action)
    && (!text || wordsOf(task).includes(text.toLowerCase()));
}

function States({ chosen }) {
  const known = figures.value || {};
  const counts = { waiting: known.waiting, running: known.running, needs_input: known.needsInput };
  return html`<div class="tabs" role="tablist" aria-label=${t("queue.states")}>
    ${Object.keys(states).map((one) => html`<button key=${one} role="tab"
      aria-selected=${one === chosen}
      onClick=${() => setQuery({ state: one === "all" ? null : one })}>
      ${one === "all" ? t("queue.all") : t(`status.${one}`)}
      ${counts[one] ? html` <span class="count">${number(counts[one])}</span>`
        : null}</button>`)}</div>`;
}

const wordFor = {
  state: (value) => t(`status.${value}`), action: (value) => t(`action.${value}`),
  age: (value) => t(`window.${value}`), text: (value) => value,
};

function Filters({ filter }) {
  const select = (name, label, all) => html`<${FilterSelect} filter=${filter} name=${name}
    label=${label} all=${all} word=${wordFor[name]} />`;
  return html`<div class="row filters">
    <${FilterText} filter=${filter} label=${t("filter.text")} />
    ${select("action", t("filter.action"), actionNames)}
    ${select("age", t("filter.age"), Object.keys(ages))}</div>`;
}

function Row({ id, picked, onPick, current }) {
  const task = cell(id).value;
  if (!task) {
    return null;
  }
  const mj = task.task;
  const end = mj.finishTime || now.value;
  return html`<li class="queue-row ${current ? "current" : ""} ${picked ? "picked" : ""}"
    data-id=${id}>
    <label class="pick"><input type="checkbox" checked=${picked}
      aria-label=${t("queue.pick", { id })}
      onClick=${(event) => onPick(id, event.shiftKey)} /></label>
    <a class="queue-link" href=${href("task", id)}>
      <${Thumbnail} task=${task} />
      <span class="queue-words"><b>${t(`action.${mj.action}`)}</b>
        <span class="prompt" dir="auto">${mj.prompt || mj.description}</span></span></a>
    <span class="queue-status"><${Status} task=${task} /><${Progress} task=${task} compact /></span>
    <span class="queue-client quiet" dir="auto">${task.caller}</span>
    <span class="queue-times quiet"><span title=${moment(mj.submitTime)}>
      ${ago(mj.submitTime, now.value)}</span>
      <span>${mj.startTime ? t("queue.ran", { time: duration(end - mj.startTime) }) : ""}</span>
        </span>
    ${ended(task) ? html`<span></span>` : html`<button class="plain"
      aria-label=${t("queue.cancelOne", { id })} title=${t("cancel")}
      onClick=${() => cancel([id])}><${Icon} name="close" /></button>`}</li>`;
}

// j, k: from row to row; x: take it; Enter: open it.
function useRowKeys(rows, at, onPick) {
  useEffect(() => takeKeys((event) => {
    const step = { j: 1, k: -1 }[event.key];
    if (step) {
      at.value = Math.min(rows.length - 1, Math.max(0, at.value + step));
      document.querySelector(`[data-id="${rows[at.value]}"] .queue-link`)?.focus();
    } else if (event.key === "x" && rows[at.value]) {
      onPick(rows[at.value]);
    } else if (event.key === "Enter" && rows[at.value]
        && document.activeElement === document.body) {
      go("task", rows[at.value]);
    } else {
      return false;
    }
    return true;
  }), [rows]);
}

function FirstTime() {
  const line = `curl ${address("v1/tasks")} -d '{"prompt":"a red fox in fresh snow"}'`;
  return html`<${Empty} text=${t("queue.empty")}>
    <a class="button primary" href=${href("create")}>${t("screen.create")}</a>
    <div class="code"><pre tabindex="0">${line}</pre>
      <button onClick=${() => copy(line, "curl")}><${Icon} name="copy" /> ${t("copy")}</button>
        </div>
  </${Empty}>`;
}

export function Queue() {
  const ids = useSignal(null);
  const next = useSignal(null);
  const fresh = useSignal([]);
  const error = useSignal(null);
  const picked = useSignal(new Set());
  const lastPicked = useRef("");
  const at = useSignal(-1);
  const latest = useRef(0);
  const loading = useRef(false);
  const filter = asked();
  const key = `${filter.state} ${filter.action} ${filter.age}`;
  const load = async () => {
    const mine = latest.current += 1;
    try {
      const page = await fetchPage(queryOf(asked()));
      if (mine === latest.current) {
        const newest = page.tasks.map((task) => task.id);
        // Who has scrolled down stays there: what is older than this page is still listed.
        const older = newest.length > 0 ? (ids.value || []).filter((id) => newest.at(-1) > id) : [];
        ids.value = [...newest, ...older];
        next.value = older.length > 0 ? next.value : page.next;
        fresh.value = [];
        error.value = null;
      }
    } catch (refused) {
      error.value = ids.value === null ? refused : null;
    }
  };
  const full = (ids.value || []).length >= mostListed;
  const loadMore = async () => {
    const mine = latest.current;
    if (loading.current || !next.value || (ids.value || []).length >= mostListed) {
      return;
    }
    loading.current = true;
    try {
      const page = await fetchPage(queryOf(asked(), next.value));
      if (mine === latest.current) {
        const known = new Set(ids.value);
        ids.value = [...ids.value, ...page.tasks.map((task) => task.id)
          .filter((id) => !known.has(id))];
        next.value = page.next;
      }
    } catch (refused) {
      tell(sentenceOf(refused), { kind: "error" });
      next.value = mine === latest.current ? null : next.value; // a reload asks again
    }
    loading.current = false;
  };
  const matching = () => (ids.value || []).filter((id) => cell(id).peek()
    && fits(cell(id).peek(), asked()));
  // The whole filter: what is not here yet is fetched, so that the number is exact.
  const loadAll = async () => {
    const mine = latest.current;
    while (mine === latest.current && next.value && ids.value.length < mostListed) {
      const before = next.value;
      await loadMore();
      if (next.value === before) {
        await new Promise((done) => setTimeout(done, 50)); // another page is on its way
      }
    }
    return matching();
  };
  useFreshProgress(ids);
  useEffect(() => {
    ids.value = null;
    at.value = -1;
    load();
  }, [key]);
  useEffect(() => {
    let first = true; // the effect above has asked already
    return resets.subscribe(() => {
      if (!first) {
        load();
      }
      first = false;
    });
  }, []);
  useEffect(() => arrivals.subscribe(() => {
    const task = lastArrival.peek();
    const shown = ids.peek();
    if (!task || !shown || !fits(task, asked())) {
      return;
    }
    if (shown.length === 0) {
      ids.value = [task.id]; // nobody reads anything that it could push away
    } else if (task.id > shown[0]) {
      fresh.value = [task.id, ...fresh.peek()];
    }
  }), []);
  const rows = (ids.value || []).filter((id) => cell(id).value && fits(cell(id).value,
    { ...filter, state: filter.state }));
  const pick = (id, range) => {
    const chosen = new Set(picked.value);
    const [from, to] = [rows.indexOf(lastPicked.current), rows.indexOf(id)].sort((a, b) => a - b);
    if (range && from >= 0) {
      rows.slice(from, to + 1).forEach((one) => chosen.add(one));
    } else if (!chosen.delete(id)) {
      chosen.add(id);
    }
    lastPicked.current = id;
    picked.value = chosen;
  };
  useRowKeys(rows, at, pick);
  const filtered = filter.state !== "all" || filter.action || filter.age || filter.text;
  return html`<div class="queue"><h1>${t("screen.queue")}</h1><${QueueSwitches} />
    <${States} chosen=${filter.state} /><${Filters} filter=${filter} />
    <${Views} filtered=${filtered} />
    <${PickedBar} picked=${picked} shown=${rows} whole=${!next.value || full} all=${loadAll} />
    ${fresh.value.length > 0 ? html`<button class="fresh" onClick=${load}>
      ${plural("queue.fresh", fresh.value.length)} ↑</button>` : null}
    ${error.value ? html`<${Trouble} error=${error.value} retry=${load} />`
    : ids.value === null ? html`<${Skeletons} count=${8} kind="rows" />`
    : rows.length === 0 ? (filtered
      ? html`<${Empty} text=${t("queue.emptyFilter")}><${ActiveFilters} words=${wordFor}
        chosen=${{ ...filter, state: filter.state === "all" ? "" : filter.state }} />
        </${Empty}>`
      : html`<${FirstTime} />`)
    : html`<${LongList} ids=${rows} row=${(id, place) => html`<${Row} key=${id} id=${id}
        current=${place === at.value} picked=${picked.value.has(id)} onPick=${pick} />`} />`}
    ${next.value && !error.value && !full ? html`<${End} more=${loadMore} />
      <button class="more-rows" onClick=${loadMore}>${t("queue.more")}</button>` : null}
    ${full ? html`<p class="quiet">${t("queue.full", { n: number(mostListed) })}</p>` : null}
  </div>`;
}
