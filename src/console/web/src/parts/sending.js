// Sends what a form of Create stands for, once or many times: shows which tasks it becomes and what
// they may cost, asks before it makes many, and goes on where it stopped when one is refused. What
// is sent again is the same intent: it says the same, under the same key.
import { useSignal } from "@preact/signals";
import { html } from "../html.js";
import { number, plural, t } from "../words.js";
import { dollars } from "../format.js";
import { link } from "../live.js";
import { mostTasks } from "../batch.js";
import { intentKey, isSecondClick } from "../intent.js";
import { Confirm } from "./dialog.js";
import { Estimate, useOutlook } from "./estimate.js";
import { Trouble } from "./trouble.js";

const askAbove = 10;
const shownPrompts = 20;
const cardTakes = 400; // until a new card is drawn, and a hand knows that it is there

// `prepare(prompt)` freezes what the form says now and returns `submit(key)`, which resolves to the
// id of the task. Busy until the cards of all that was made are on the page.
export function useSending(prepare, onMade) {
  const busy = useSignal(false);
  const error = useSignal(null);
  const left = useSignal([]);
  const confirming = useSignal(null);
  const send = async (intents) => {
    if (busy.peek()) {
      return;
    }
    busy.value = true;
    error.value = null;
    left.value = intents;
    try {
      while (left.value.length > 0) {
        onMade(await left.value[0].submit(left.value[0].key));
        left.value = left.value.slice(1);
      }
      await new Promise((painted) => setTimeout(painted, cardTakes));
    } catch (refused) {
      error.value = refused;
    }
    busy.value = false;
  };
  const ask = (prompts) => {
    const intents = prompts.map((prompt) =>
      ({ prompt, key: intentKey(), submit: prepare(prompt) }));
    if (intents.length > askAbove) {
      confirming.value = intents;
    } else {
      send(intents);
    }
  };
  return { busy, error, left, confirming, send, ask };
}

const summary = (count, usd) => plural("create.several", count)
  + (usd ? ` · ${t("create.price", { usd: dollars(usd) })}` : "");

export function Sending({ sending, prompts, more, missing, label, priceOf }) {
  const { busy, error, left, confirming, send } = sending;
  useOutlook();
  const usdOf = (all) => all.reduce((sum, one) => sum + (priceOf(one) ?? 0), 0);
  const undone = left.value.length;
  return html`
    ${prompts.length > 1 ? html`<details class="preview"><summary>
      ${summary(prompts.length, usdOf(prompts))}</summary>
      <ol>${prompts.slice(0, shownPrompts).map((one) => html`<li dir="auto">${one}</li>`)}</ol>
      ${prompts.length > shownPrompts ? html`<p class="quiet">${plural("create.moreOfThem",
        prompts.length - shownPrompts)}</p>` : null}</details>` : null}
    ${more ? html`<p class="quiet">${t("create.atMost", { n: number(mostTasks) })}</p>` : null}
    ${error.value ? html`<${Trouble} error=${error.value} retry=${error.value.retryable
      || undone > 1 ? () => send(left.value) : null} />
      ${undone > 1 ? html`<p class="quiet">${plural("create.undone", undone)}</p>` : null}` : null}
    <div class="send">
      <button class="primary big" aria-busy=${busy.value}
        onClick=${(event) => isSecondClick(event) && event.preventDefault()}
        disabled=${busy.value || missing || link.value === "offline"}>
        ${busy.value && undone > 1 ? plural("create.undone", undone)
    : prompts.length > 1 ? plural("create.goSeveral", prompts.length) : label}
        <kbd aria-hidden="true">${"Ctrl ↵"}</kbd></button>
      <${Estimate} usd=${usdOf(prompts)} /></div>
    ${confirming.value ? html`<${Confirm} title=${t("create.confirm")}
      text=${summary(confirming.value.length,
        usdOf(confirming.value.map((one) => one.prompt)))}
      action=${plural("create.goSeveral", confirming.value.length)}
      onConfirm=${() => send(confirming.value)}
      onClose=${() => { confirming.value = null; }} />` : null}`;
}
