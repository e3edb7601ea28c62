// What operators turn, each at its place: a button asks the API, and shows what it answers.
import { useSignal } from "@preact/signals";
import { html } from "../html.js";
import { t } from "../words.js";
import { clock } from "../format.js";
import { ask, get, post } from "../api.js";
import { usePolled } from "../polled.js";
import { isOperator } from "../session.js";
import { Icon } from "./icon.js";
import { tell } from "./notice.js";
import { sentenceOf } from "./trouble.js";

const lookEvery = 3000;

async function turn(request, into) {
  try {
    into(await request());
  } catch (refused) {
    tell(`${sentenceOf(refused)} ${refused.message}`, { kind: "error" });
  }
}

function Switch({ paused, what, onTurn }) {
  const verb = paused ? "resume" : "pause";
  return html`<button onClick=${onTurn}><${Icon} name=${verb} />
    ${t(`operate.${verb}.${what}`)}</button>`;
}

function Paused({ what, since }) {
  return since ? html`<p class="banner paused" role="status"><${Icon} name="pause" />
    ${t(`paused.${what}`, { time: clock(since) })}</p>` : null;
}

function Switches() {
  const { told } = usePolled(() => get("v1/admin/queue"), lookEvery);
  const now = told.value;
  const change = (wanted) => turn(() => ask("PATCH", "v1/admin/queue", wanted), (answer) => {
    told.value = answer;
  });
  return now && html`<div class="switches">
    <${Paused} what="intake" since=${now.intakePausedSince} />
    <${Paused} what="dispatch" since=${now.dispatchPausedSince} />
    <div class="row"><${Switch} what="intake" paused=${now.intake === "paused"} onTurn=${() =>
    change({ intake: now.intake === "paused" ? "open" : "paused" })} />
      <${Switch} what="dispatch" paused=${now.dispatch === "paused"} onTurn=${() =>
    change({ dispatch: now.dispatch === "paused" ? "running" : "paused" })} /></div></div>`;
}

// Above the queue: whether tasks are taken, and whether waiting ones are started.
export function QueueSwitches() {
  return isOperator.value ? html`<${Switches} />` : null;
}

const pathOf = (name) => `v1/admin/channels/${encodeURIComponent(name)}`;

// Below a channel; `onChange` gets the channel as it then stands.
export function ChannelSwitches({ channel, onChange }) {
  const wanted = useSignal("");
  const change = (body) => turn(() => ask("PATCH", pathOf(channel.name), body), onChange);
  const limit = (event) => {
    event.preventDefault();
    change({ limit: Number(wanted.value) });
    wanted.value = "";
  };
  return html`<div class="row channel-switches">
    <${Switch} what="channel" paused=${Boolean(channel.pausedSince)}
      onTurn=${() => change({ paused: !channel.pausedSince })} />
    <button onClick=${() => turn(() => post(`${pathOf(channel.name)}/reset`), onChange)}>
      <${Icon} name="retry" /> ${t("operate.reset")}</button>
    <form class="row" onSubmit=${limit}><label><span class="unseen">${t("operate.limit")}</span>
      <input type="number" min="1" max="100000" required value=${wanted.value}
        placeholder=${channel.chosenLimit ?? channel.slots[0]?.configuredLimit}
        onInput=${(event) => { wanted.value = event.target.value; }} /></label>
      <button>${t("operate.limit")}</button>
      ${channel.chosenLimit === null ? null : html`<button type="button"
        onClick=${() => change({ limit: null })}>${t("operate.unlimit")}</button>`}</form></div>`;
}

export function SlotSwitch({ slot, onChange }) {
  const verb = slot.pausedSince ? "resume" : "pause";
  const label = t(`operate.${verb}.slot`, { name: slot.name });
  return html`<button class="plain" aria-label=${label} title=${label}
    onClick=${() => turn(() => ask("PATCH", pathOf(slot.name), { paused: verb === "pause" }),
    onChange)}><${Icon} name=${verb} /></button>`;
}
