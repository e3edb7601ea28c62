// One task, the centre of the console: its pictures, what can be done with them, and its story.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../words.js";
import { ago, dollars, duration, moment } from "../format.js";
import { post } from "../api.js";
import { canRepeat, repeat } from "../again.js";
import { codeFor, requestOf } from "../code.js";
import { reuse } from "../draft.js";
import { oneAtATime } from "../intent.js";
import { takeKeys } from "../keys.js";
import { link, resets } from "../live.js";
import { now } from "../now.js";
import { go, href, route, setQuery } from "../route.js";
import { isOperator } from "../session.js";
import { cell, ended, fetchTask, learn } from "../tasks.js";
import { Actions, findButton, press } from "../parts/actions.js";
import { Code } from "../parts/code.js";
import { Confirm } from "../parts/dialog.js";
import { Empty, Skeletons } from "../parts/empty.js";
import { Facts, Request } from "../parts/facts.js";
import { Icon } from "../parts/icon.js";
import { Lineage } from "../parts/lineage.js";
import { Pictures } from "../parts/pictures.js";
import { Question } from "../parts/question.js";
import { copy, tell } from "../parts/notice.js";
import { Progress, Status } from "../parts/status.js";
import { Timeline } from "../parts/timeline.js";
import { sentenceOf, Trouble } from "../parts/trouble.js";

const tabs = { result: Facts, timeline: Timeline, request: Request, lineage: Lineage, code: Code };
const lookEvery = 2000;

// While it is under way and no stream tells: ask, in step with how it goes.
function useNews(id, task) {
  useEffect(() => resets.subscribe(() => fetchTask(id).catch(() => {})), [id]);
  const open = task && !ended(task) && task.status !== "needs_input";
  useEffect(() => {
    if (!open) {
      return undefined;
    }
    const timer = setInterval(() => fetchTask(id).catch(() => {}), lookEvery);
    return () => clearInterval(timer);
  }, [id, open, link.value]);
}

async function cancel(task) {
  try {
    learn(await post(`v1/tasks/${task.id}/cancel`));
  } catch (error) {
    tell(sentenceOf(error), { kind: "error" });
  }
}

const again = oneAtATime(async (task) => {
  try {
    go("task", await repeat(task));
  } catch (error) {
    tell(sentenceOf(error), { kind: "error" });
  }
});

function useKeys(task, chosen, askCancel) {
  useEffect(() => {
    if (!task) {
      return undefined;
    }
    const start = async (button) => {
      if (!button) {
        return;
      }
      try {
        const made = await press(task, button);
        if (made) {
          go("task", made.id);
        }
      } catch (error) {
        tell(`${sentenceOf(error)} ${error.message}`, { kind: "error" });
      }
    };
    return takeKeys((event) => {
      const place = Math.max(0, chosen.peek() - 1);
      const presses = { u: [/upsample/i, place], v: [/variation/i, place], r: [/reroll/i, 0],
        m: [/inpaint/i, 0] };
      if (/^[1-4]$/.test(event.key)) {
        chosen.value = Number(event.key);
        document.querySelectorAll(".pictures button")[chosen.value - 1]?.focus();
      } else if (presses[event.key]) {
        start(findButton(task, ...presses[event.key]));
      } else if (event.key === "c") {
        copy(codeFor("curl", "v1", location.origin, requestOf(task)), "curl");
      } else if (event.key === "Delete" && !ended(task)) {
        askCancel();
      } else {
        return false;
      }
      return true;
    });
  }, [task]);
}

function Failure({ task }) {
  if (!task.error) {
    return null;
  }
  return html`<div class="failure"><strong>${t(`fail.${task.error.code}`)}</strong>
    ${task.error.reason ? html`<p dir="auto">${task.error.reason}</p>` : null}
    <p class="quiet">${t("problem.type", { type: task.error.code })} ·${" "}
      ${task.error.retryable ? t("problem.retryable") : t("problem.final")}</p></div>`;
}

function Head({ task }) {
  const mj = task.task;
  return html`<header class="task-head">
    <div class="row spread"><${Status} task=${task} />
      <span class="quiet">${t(`action.${mj.action}`)}</span></div>
    <p class="task-prompt" dir="auto">${mj.prompt || mj.description}</p>
    <${Progress} task=${task} />
    <${Failure} task=${task} />
    ${(mj.properties?.notes || []).length > 0 ? html`<ul class="notes">
      ${mj.properties.notes.map((note) => html`<li dir="auto">${note}</li>`)}</ul>` : null}
    <dl class="short-facts">
      <div><dt>${t("fact.id")}</dt><dd><button class="plain id" title=${t("copy")}
        onClick=${() => copy(task.id, t("fact.id"))}>${task.id} <${Icon} name="copy" /></button>
          </dd></div>
      <div><dt>${t("fact.age")}</dt><dd title=${moment(mj.submitTime)}>
        ${ago(mj.submitTime, now.value)}</dd></div>
      ${mj.finishTime && mj.startTime ? html`<div><dt>${t("fact.took")}</dt>
        <dd>${duration(mj.finishTime - mj.submitTime)}</dd></div>` : null}
      ${task.caller ? html`<div><dt>${t("fact.caller")}</dt><dd dir="auto">${task.caller}</dd>
        </div>`
    : null}
      ${mj.properties?.cost ? html`<div><dt>${t("fact.cost")}</dt>
        <dd>${dollars(mj.properties.cost / 1e6)}</dd></div>` : null}</dl></header>`;
}

function Tabs({ task }) {
  const chosen = tabs[route.value.query.get("tab")] ? route.value.query.get("tab") : "result";
  const names = Object.keys(tabs);
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = names[(names.indexOf(chosen) + step + names.length) % names.length];
      setQuery({ tab: next === "result" ? null : next });
      document.getElementById(`tab-${next}`)?.focus();
    }
  };
  const Shown = tabs[chosen];
  return html`<section class="task-tabs">
    <div class="tabs" role="tablist" aria-label=${t("task.about")} onKeyDown=${move}>
      ${names.map((name) => html`<button key=${name} id="tab-${name}" role="tab"
        aria-selected=${name === chosen} tabindex=${name === chosen ? 0 : -1}
          aria-controls="tab-panel"
        onClick=${() => setQuery({ tab: name === "result" ? null : name })}>
        ${t(`tab.${name}`)}</button>`)}</div>
    <div id="tab-panel" role="tabpanel" aria-labelledby="tab-${chosen}" tabindex="0">
      <${Shown} task=${task} /></div></section>`;
}

function Redeliver({ task }) {
  if (!isOperator.value || !ended(task) || !task.task.properties?.notifyHook) {
    return null;
  }
  const again = async () => {
    try {
      await post(`v1/admin/tasks/${task.id}/callback`);
      tell(t("webhook.due"));
    } catch (error) {
      tell(`${sentenceOf(error)} ${error.message}`, { kind: "error" });
    }
  };
  return html`<button onClick=${again}><${Icon} name="webhooks" /> ${t("webhook.again")}</button>`;
}

export function Task({ id }) {
  const task = cell(id).value;
  const error = useSignal(null);
  const chosen = useSignal(0);
  const asking = useSignal(false);
  const load = () => fetchTask(id).then(() => { error.value = null; },
    (refused) => { error.value = refused; });
  useEffect(() => { load(); }, [id]);
  useNews(id, task);
  useKeys(task, chosen, () => { asking.value = true; });
  if (!task && error.value) {
    return error.value.type === "no-such-task"
      ? html`<h1>${t("screen.task")}</h1><${Empty} text=${t("task.none")}>
        <a class="button primary" href=${href("create")}>${t("screen.create")}</a></${Empty}>`
      : html`<h1>${t("screen.task")}</h1><${Trouble} error=${error.value} retry=${load} />`;
  }
  if (!task) {
    return html`<h1 class="unseen">${t("screen.task")}</h1><${Skeletons} count=${2} kind="task" />`;
  }
  return html`<div class="task">
    <h1 class="unseen">${t("screen.task")} ${task.id}</h1>
    <p class="unseen" role="status">${t(`status.${task.status}`)}</p>
    <section class="task-picture" aria-label=${t("task.pictures")}>
      <${Pictures} task=${task} chosen=${chosen} /></section>
    <aside class="task-side" aria-label=${t("task.about")}>
      <${Head} task=${task} />
      <${Question} task=${task} />
      <${Actions} task=${task} />
      <div class="row task-more">
        ${ended(task) ? null : html`<button class="danger"
          onClick=${() => { asking.value = true; }}>
          <${Icon} name="cancelled" /> ${t("cancel")}</button>`}
        ${task.task.prompt ? html`<button onClick=${() => reuse(task)}>
          <${Icon} name="retry" /> ${t("task.reuse")}</button>` : null}
        ${canRepeat(task) && task.status !== "succeeded" ? html`<button
          onClick=${() => again(task)}><${Icon} name="again" /> ${t("bulk.repeat")}</button>`
    : null}
        <${Redeliver} task=${task} />
      </div></aside>
    <${Tabs} task=${task} />
    ${asking.value ? html`<${Confirm} danger title=${t("task.cancelTitle")}
      text=${t("task.cancelText")}
      action=${t("cancel")} onConfirm=${() => cancel(task)}
      onClose=${() => { asking.value = false; }} />` : null}</div>`;
}
