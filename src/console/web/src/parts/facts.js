// The tabs "Result" and "Request": what came out, and what was asked.
import { html } from "../html.js";
import { number, t } from "../words.js";
import { moment } from "../format.js";
import { picturesOf } from "./picture.js";
import { copy } from "./notice.js";
import { CopyPicture } from "./copy_picture.js";
import { Icon } from "./icon.js";

function Download({ url, name, children }) {
  return html`<a class="button" href=${url} download=${name}><${Icon} name="download" />
    ${children}</a>`;
}

export function Facts({ task }) {
  const mj = task.task;
  const pictures = picturesOf(task);
  const many = pictures.length > 1;
  const grid = many ? pictures[0].url.replace(/\/1$/, "") : null;
  const rows = [["seed", mj.seed], ["mode", mj.mode && t(`mode.${mj.mode.toLowerCase()}`)],
    ["bot", mj.botType], ["unsafe", mj.properties?.unsafe && number(mj.properties.unsafe)],
    ["billed", mj.properties?.billed && t(`billed.${mj.properties.billed}`)],
    ["state", mj.state], ["final", mj.properties?.finalPrompt],
    ["submitted", moment(mj.submitTime)], ["finished", mj.finishTime && moment(mj.finishTime)]];
  return html`<div class="facts">
    ${pictures.length > 0 ? html`<div class="row">
      ${grid ? html`<${Download} url=${grid}
        name="${task.id}.jpg">${t("result.grid")}</${Download}>`
    : null}
      ${pictures.map((one, place) => html`<${Download} key=${one.url} url=${one.url}
        name=${many ? `${task.id}-${place + 1}.png` : `${task.id}.png`}>
        ${many ? t("result.picture", { n: place + 1 }) : t("result.original")}</${Download}>`)}
      <${CopyPicture} url=${grid ?? pictures[0].url} />
      <button onClick=${() => copy(mj.imageUrl, t("result.link"))}><${Icon} name="link" />
        ${t("result.copyLink")}</button></div>` : null}
    <dl class="rows">${rows.filter(([, value]) => value).map(([name, value]) => html`<div
      key=${name}>
      <dt>${t(`fact.${name}`)}</dt><dd dir="auto">${value}</dd></div>`)}</dl></div>`;
}

export function Request({ task }) {
  const text = JSON.stringify(task, null, 2);
  return html`<div class="code"><button onClick=${() => copy(text, t("tab.request"))}>
    <${Icon} name="copy" /> ${t("copy")}</button><pre tabindex="0" dir="ltr">${text}</pre></div>`;
}
