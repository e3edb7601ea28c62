// Create: say what is wanted, see it come. The form stays usable while others are drawn.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { number, plural, t } from "../words.js";
import { dollars } from "../format.js";
import { post } from "../api.js";
import { permutations, valueOf } from "../flags.js";
import { hook, kind, prompt, state } from "../draft.js";
import { useFreshProgress } from "../fresh.js";
import { promptWanted } from "../keys.js";
import { capabilities } from "../session.js";
import { arrivals, cell, fetchPage, lastArrival, learn } from "../tasks.js";
import { figures, resets } from "../live.js";
import { Aspect, Chips, Negative, Quality, Seed, Speed, Style,
  Version } from "../parts/controls.js";
import { Card } from "../parts/card.js";
import { Confirm } from "../parts/dialog.js";
import { Empty, Skeletons } from "../parts/empty.js";
import { Icon } from "../parts/icon.js";
import { PictureWell } from "../parts/picture_well.js";
import { Trouble } from "../parts/trouble.js";

const samples = ["sample.fox", "sample.poster", "sample.tea"];
const shownResults = 24;
const askAbove = 10;
const keptDimensions = ["SQUARE", "PORTRAIT", "LANDSCAPE"];

// What each kind takes: words, pictures (least and most).
const shapes = {
  imagine: { words: true, least: 0, most: 5 },
  edit: { words: true, least: 1, most: 1 },
  retexture: { words: true, least: 1, most: 1 },
  blend: { words: false, least: 2, most: 5 },
  describe: { words: false, least: 1, most: 1 },
  shorten: { words: true, least: 0, most: 0 },
};

function bodyOf(wanted, text, pictures, dimensions) {
  const body = { kind: wanted };
  if (shapes[wanted].words) {
    body.prompt = text;
  }
  if (hook.value) {
    body.notifyHook = hook.value;
  }
  if (state.value) {
    body.state = state.value;
  }
  const data = pictures.map((one) => one.data);
  if (wanted === "describe") {
    body.base64 = data[0];
  } else if (wanted === "edit" || wanted === "retexture") {
    body.image = data[0];
  } else if (data.length > 0) {
    body.base64Array = data;
  }
  if (wanted === "blend") {
    body.dimensions = dimensions;
  }
  return body;
}

// By the price of a picture of the model and speed that the flags select; a hint, not a bill.
function estimate(text, count) {
  const { imagine, prices } = capabilities.value;
  const version = valueOf(text, "version");
  const model = version ? imagine.versions[version.split(".")[0]] : imagine.defaultModel;
  const quality = Number(valueOf(text, "quality") || 1);
  const fast = valueOf(text, "turbo") !== null;
  const speed = model !== "V_3" ? "DEFAULT" : quality > 1 ? "QUALITY"
    : quality < 1 || fast ? "TURBO" : "DEFAULT";
  const price = prices.find((one) => one.model === model && one.speed === speed);
  return price ? price.usd * imagine.images * count : null;
}

function Estimate({ wanted, count }) {
  const demo = capabilities.value.demo;
  const usd = wanted === "imagine" ? estimate(prompt.value, count) : null;
  const ahead = figures.value?.waiting ?? 0;
  return html`<p class="estimate quiet">
    ${demo ? t("create.free") : usd !== null ? t("create.price", { usd: dollars(usd) }) : ""}
    ${demo || usd !== null ? " · " : ""}
    ${ahead > 0 ? t("wait.place", { n: number(ahead) }) : t("create.noWait")}</p>`;
}

function More({ wanted }) {
  return html`<details class="more"><summary>${t("create.more")}</summary>
    <div class="fields">
      ${wanted === "imagine" ? html`<${Seed} /><${Quality} />` : null}
      <label class="field wide"><span>${t("create.hook")}</span>
        <input type="url" value=${hook.value} placeholder="https://"
          onInput=${(event) => { hook.value = event.target.value; }} /></label>
      <label class="field wide"><span>${t("create.state")}</span>
        <input value=${state.value} dir="auto"
          onInput=${(event) => { state.value = event.target.value; }} /></label>
    </div></details>`;
}

function Form({ onMade }) {
  const area = useRef(null);
  const pictures = useSignal([]);
  const dimensions = useSignal("SQUARE");
  const busy = useSignal(false);
  const error = useSignal(null);
  const confirming = useSignal(false);
  const kinds = capabilities.value.kinds;
  const wanted = kinds.includes(kind.value) ? kind.value : kinds[0];
  const shape = shapes[wanted];
  const prompts = wanted === "imagine" ? permutations(prompt.value.trim()) : [prompt.value.trim()];
  const missing = (shape.words && prompt.value.trim() === "")
    || pictures.value.length < shape.least;

  useEffect(() => promptWanted.subscribe((wished) => {
    if (wished) {
      area.current?.focus();
      promptWanted.value = false;
    }
  }), []);
  const send = async () => {
    busy.value = true;
    error.value = null;
    try {
      for (const text of prompts) {
        const made = await post("v1/tasks", bodyOf(wanted, text,
          pictures.value.slice(0, shape.most), dimensions.value));
        if (made.task) {
          learn(made);
        }
        onMade(made.id);
      }
    } catch (refused) {
      error.value = refused;
    }
    busy.value = false;
  };
  const submit = (event) => {
    event.preventDefault();
    if (missing || busy.value) {
      area.current?.focus();
    } else if (prompts.length > askAbove) {
      confirming.value = true;
    } else {
      send();
    }
  };
  const onKey = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      submit(event);
    }
  };
  return html`<form class="create-form" onSubmit=${submit} onKeyDown=${onKey}>
    <div class="tabs" role="tablist" aria-label=${t("create.kinds")}>
      ${kinds.map((one) => html`<button key=${one} type="button" role="tab"
        aria-selected=${one === wanted} onClick=${() => { kind.value = one; error.value = null; }}>
        ${t(`kind.${one}`)}</button>`)}</div>
    <p class="kind-text quiet">${t(`kind.${wanted}.text`)}</p>
    ${shape.words ? html`<div class="prompt-box">
      <label class="unseen" for="prompt">${t("create.prompt")}</label>
      <textarea ref=${area} id="prompt" rows="4" dir="auto" value=${prompt.value}
        placeholder=${t("create.promptHint")}
        onInput=${(event) => { prompt.value = event.target.value; }}></textarea>
      <${Chips} /></div>` : null}
    ${shape.most > 0 ? html`<${PictureWell} pictures=${pictures.value} most=${shape.most}
      onChange=${(next) => { pictures.value = next; }} />` : null}
    ${wanted === "imagine" ? html`<div class="fields"><${Aspect} /><${Speed} /><${Version} />
      <${Style} /><${Negative} /></div>` : null}
    ${wanted === "blend" ? html`<fieldset class="segments"><legend>${t("create.aspect")}</legend>
      ${keptDimensions.map((one) => html`<label key=${one}
        class=${one === dimensions.value ? "on" : ""}><input type="radio" name="dimensions"
        checked=${one === dimensions.value} onChange=${() => { dimensions.value = one; }} />
        <span>${t(`dimensions.${one}`)}</span></label>`)}</fieldset>` : null}
    <${More} wanted=${wanted} />
    ${prompts.length > 1 ? html`<details class="preview"><summary>
      ${plural("create.several", prompts.length)}</summary>
      <ol>${prompts.slice(0, 20).map((one) => html`<li dir="auto">${one}</li>`)}</ol></details>`
        : null}
    ${error.value ? html`<${Trouble} error=${error.value} retry=${error.value.retryable ? send
      : null} />`
    : null}
    <div class="send">
      <button class="primary big" disabled=${busy.value || missing} aria-busy=${busy.value}>
        ${prompts.length > 1 ? plural("create.goSeveral", prompts.length) : t(`kind.${wanted}.go`)}
        <kbd aria-hidden="true">${"Ctrl ↵"}</kbd></button>
      <${Estimate} wanted=${wanted} count=${prompts.length} /></div>
    ${confirming.value ? html`<${Confirm} title=${t("create.confirm")}
      text=${plural("create.several", prompts.length)} action=${t("kind.imagine.go")}
      onConfirm=${send} onClose=${() => { confirming.value = false; }} />` : null}
  </form>`;
}

function Results({ ids, error, reload }) {
  if (error.value) {
    return html`<${Trouble} error=${error.value} retry=${reload} />`;
  }
  if (ids.value === null) {
    return html`<${Skeletons} count=${4} kind="cards" />`;
  }
  if (ids.value.length === 0) {
    return html`<${Empty} text=${t("create.empty")}>
      <div class="samples">${samples.map((key) => html`<button key=${key} dir="auto"
        onClick=${() => {
      prompt.value = t(key);
      document.getElementById("prompt").focus();
    }}>${t(key)}</button>`)}</div></${Empty}>`;
  }
  return html`<div class="cards">${ids.value.map((id) => html`<${Card} key=${id}
    id=${id} />`)}</div>`;
}

export function Create() {
  const ids = useSignal(null);
  const error = useSignal(null);
  const load = async () => {
    try {
      const page = await fetchPage({ limit: shownResults });
      ids.value = page.tasks.map((task) => task.id);
      error.value = null;
    } catch (refused) {
      error.value = ids.value === null ? refused : null;
    }
  };
  useEffect(() => resets.subscribe(load), []);
  useFreshProgress(ids);
  const add = (id) => {
    ids.value = [id, ...(ids.value || []).filter((one) => one !== id)].slice(0, shownResults * 4);
  };
  // What other tabs and clients begin appears here as well.
  useEffect(() => arrivals.subscribe(() => {
    const task = lastArrival.peek();
    if (task && ids.peek() && task.id > (ids.peek()[0] || "")) {
      add(task.id);
    }
  }), []);
  const latest = ids.value?.[0] ? cell(ids.value[0]).value : null;
  return html`<div class="create">
    <h1 class="unseen">${t("screen.create")}</h1>
    <${Form} onMade=${add} />
    <section class="stream" aria-label=${t("create.results")}>
      <h2><${Icon} name="gallery" /> ${t("create.results")}</h2>
      <p class="unseen" role="status">${latest ? t("create.latest",
    { status: t(`status.${latest.status}`) }) : ""}</p>
      <${Results} ids=${ids} error=${error} reload=${load} /></section></div>`;
}
