// Create: say what is wanted, see it come. The form stays usable while others are drawn.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../words.js";
import { alertsOn, canAlert, switchAlerts, watchEnd } from "../alerts.js";
import { post } from "../api.js";
import { promptsOf } from "../batch.js";
import { valueOf } from "../flags.js";
import { asIntent, isEcho, isSendKey } from "../intent.js";
import { hook, kind, lines, prompt, state, toNative } from "../draft.js";
import { useFreshProgress } from "../fresh.js";
import { usePromptFocus } from "../parts/prompt_focus.js";
import { capabilities } from "../session.js";
import { arrivals, cell, fetchPage, lastArrival, learn } from "../tasks.js";
import { resets } from "../live.js";
import { Aspect, Chips, Negative, Quality, Seed, Speed, Style,
  Version } from "../parts/controls.js";
import { Card } from "../parts/card.js";
import { Empty, Skeletons } from "../parts/empty.js";
import { AsList, Callback } from "../parts/form_parts.js";
import { Icon } from "../parts/icon.js";
import { NativeForm } from "../parts/native_form.js";
import { PictureWell } from "../parts/picture_well.js";
import { Sending, useSending } from "../parts/sending.js";
import { Trouble } from "../parts/trouble.js";

const samples = ["sample.fox", "sample.poster", "sample.tea"];
const shownResults = 24;
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
function estimate(text) {
  const { imagine, prices } = capabilities.value;
  const version = valueOf(text, "version");
  const model = version ? imagine.versions[version.split(".")[0]] : imagine.defaultModel;
  const quality = Number(valueOf(text, "quality") || 1);
  const fast = valueOf(text, "turbo") !== null;
  const speed = model !== "V_3" ? "DEFAULT" : quality > 1 ? "QUALITY"
    : quality < 1 || fast ? "TURBO" : "DEFAULT";
  const price = prices.find((one) => one.model === model && one.speed === speed);
  return price ? price.usd * imagine.images : null;
}

function More({ wanted }) {
  return html`<details class="more"><summary>${t("create.more")}</summary>
    <div class="fields">
      ${wanted === "imagine" ? html`<${Seed} /><${Quality} />` : null}
      ${wanted === "imagine" && capabilities.value.operations.length > 0 ? html`<button
        type="button" class="wide" onClick=${toNative}>${t("create.toNative")}</button>` : null}
      <${Callback} />
    </div></details>`;
}

function Tabs({ all, wanted }) {
  return html`<div class="tabs" role="tablist" aria-label=${t("create.kinds")}>
    ${all.map((one) => html`<button key=${one} type="button" role="tab"
      aria-selected=${one === wanted} onClick=${() => { kind.value = one; }}>
      ${t(`kind.${one}`)}</button>`)}</div>`;
}

function Form({ onMade }) {
  const { kinds, operations } = capabilities.value;
  const all = operations.length > 0 ? [kinds[0], "native", ...kinds.slice(1)] : kinds;
  const wanted = all.includes(kind.value) ? kind.value : all[0];
  const tabs = html`<${Tabs} all=${all} wanted=${wanted} />`;
  return wanted === "native" ? html`<${NativeForm} onMade=${onMade} tabs=${tabs} />`
    : html`<${KindForm} key=${wanted} wanted=${wanted} onMade=${onMade} tabs=${tabs} />`;
}

function KindForm({ wanted, onMade, tabs }) {
  const area = useRef(null);
  const pictures = useSignal([]);
  const dimensions = useSignal("SQUARE");
  const shape = shapes[wanted];
  const { prompts, more } = wanted === "imagine" ? promptsOf(prompt.value, lines.value)
    : { prompts: [prompt.value.trim()], more: false };
  const missing = (shape.words && prompt.value.trim() === "")
    || pictures.value.length < shape.least;
  const sending = useSending((text) => {
    const body = bodyOf(wanted, text, pictures.value.slice(0, shape.most), dimensions.value);
    return async (key) => {
      const made = await post("v1/tasks", body, asIntent(key));
      if (made.task) {
        learn(made);
      }
      return made.id;
    };
  }, onMade);

  usePromptFocus(area);
  const submit = (event) => {
    event.preventDefault();
    if (missing || sending.busy.value) {
      area.current?.focus();
    } else {
      sending.ask(prompts);
    }
  };
  const onKey = (event) => {
    if (isSendKey(event)) {
      event.preventDefault();
      if (!isEcho(event)) {
        submit(event);
      }
    }
  };
  return html`<form class="create-form" onSubmit=${submit} onKeyDown=${onKey}>
    ${tabs}
    <p class="kind-text quiet">${t(`kind.${wanted}.text`)}</p>
    ${shape.words ? html`<div class="prompt-box">
      <label class="unseen" for="prompt">${t("create.prompt")}</label>
      <textarea ref=${area} id="prompt" rows="4" dir="auto" value=${prompt.value}
        placeholder=${t("create.promptHint")}
        onInput=${(event) => { prompt.value = event.target.value; }}></textarea>
      ${wanted === "imagine" ? html`<${AsList} text=${prompt.value} />` : null}
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
    <${Sending} sending=${sending} prompts=${prompts} more=${more} missing=${missing}
      label=${t(`kind.${wanted}.go`)}
      priceOf=${(text) => (wanted === "imagine" ? estimate(text) : null)} />
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
  const made = (id) => {
    watchEnd(id);
    add(id);
  };
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
    <${Form} onMade=${made} />
    <section class="stream" aria-label=${t("create.results")}>
      <div class="row spread"><h2><${Icon} name="gallery" /> ${t("create.results")}</h2>
        ${canAlert ? html`<button class="plain" aria-pressed=${alertsOn.value}
          onClick=${switchAlerts}><${Icon} name="bell" /> ${t("create.alert")}</button>` : null}
      </div>
      <p class="unseen" role="status">${latest ? t("create.latest",
    { status: t(`status.${latest.status}`) }) : ""}</p>
      <${Results} ids=${ids} error=${error} reload=${load} /></section></div>`;
}
