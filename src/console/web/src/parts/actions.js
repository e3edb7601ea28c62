// The buttons of a task, as the server lists them: in its order, with its customIds untouched. The
// console only knows which of them belong together, and which of them ask something first.
import { useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../words.js";
import { post } from "../api.js";
import { asIntent, intentKey, isSecondClick, oneAtATime } from "../intent.js";
import { learn } from "../tasks.js";
import { go } from "../route.js";
import { tell } from "./notice.js";
import { sentenceOf } from "./trouble.js";

const families = [
  ["upscale", /upsample|upscale/i],
  ["region", /inpaint/i],
  ["variation", /variation|low_variation|high_variation/i],
  ["reroll", /reroll/i],
  ["zoom", /outpaint|customzoom|zoom/i],
  ["pan", /pan_/i],
  ["keep", /bookmark/i],
  ["words", /describe|prompt|picread/i],
];

const familyOf = (button) => families.find(([, pattern]) => pattern.test(button.customId))?.[0]
  ?? "other";

const symbols = { "⬅️": "←", "➡️": "→", "⬆️": "↑", "⬇️": "↓", "🔄": "↻", "🪄": "✦", "🔍": "⌕",
  "🖌️": "✎", "↔️": "▢" };

// The server's emoji as a quiet sign; what we do not know is shown as it came.
function signOf(button) {
  return symbols[button.emoji] ?? button.emoji;
}

// "Vary (Strong)" in the reader's language where we have the word; else the server's own.
function labelOf(button) {
  if (button.label) {
    return button.label;
  }
  const family = familyOf(button);
  const pan = /pan_(left|right|up|down)/.exec(button.customId)?.[1];
  return pan ? t(`pan.${pan}`) : t(`family.${family}`);
}

// Presses a button. What was made is a task of its own; one that asks first is shown with its
// question. While one press is under way another is taken for the same: undefined.
export const press = oneAtATime(async (task, button, more = {}) => {
  const made = await post("v1/tasks", { kind: "press", taskId: task.id, customId: button.customId,
    ...more }, asIntent(intentKey()));
  if (made.task) {
    learn(made);
  }
  return made;
});

export function findButton(task, pattern, place) {
  return (task.task.buttons || []).filter((one) => pattern.test(one.customId))[place];
}

export function Actions({ task, follow = true }) {
  const [sending, setSending] = useState("");
  const buttons = task.task.buttons || [];
  if (buttons.length === 0) {
    return null;
  }
  const groups = [];
  for (const button of buttons) {
    const family = familyOf(button);
    if (groups.at(-1)?.family !== family) {
      groups.push({ family, buttons: [] });
    }
    groups.at(-1).buttons.push(button);
  }
  const send = async (button) => {
    setSending(button.customId);
    try {
      const made = await press(task, button);
      if (made && follow) {
        go("task", made.id);
      } else if (made) {
        tell(t("task.begun", { what: labelOf(button) }));
      }
    } catch (error) {
      tell(`${sentenceOf(error)} ${error.message}`, { kind: "error" });
    }
    setSending("");
  };
  return html`<div class="actions">
    ${groups.map((group, place) => html`<div key=${place} class="action-group" role="group"
      aria-label=${t(`family.${group.family}`)}>
      ${group.buttons.length > 1 ? html`<span class="group-name" aria-hidden="true">
        ${t(`family.${group.family}`)}</span>` : null}
      ${group.buttons.map((button) => html`<button key=${button.customId}
        disabled=${sending !== ""} aria-busy=${sending === button.customId}
        data-custom-id=${button.customId}
        onClick=${(event) => isSecondClick(event) || send(button)}>
        ${button.emoji ? html`<span aria-hidden="true">${signOf(button)}</span>` : null}
        ${labelOf(button)}</button>`)}</div>`)}</div>`;
}
