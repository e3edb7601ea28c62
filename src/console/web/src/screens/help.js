// The keys, what the console may be told to look like, and whose work it is made of.
import { html } from "../html.js";
import { t } from "../words.js";
import { helpWanted } from "../keys.js";
import { density, shortcutsOn } from "../settings.js";
import { Dialog } from "../parts/dialog.js";

const shortcuts = [["?", "help"], ["/", "search"], ["n", "new"], ["g c", "create"],
  ["g q", "queue"], ["g g", "gallery"], ["g d", "dashboard"], ["j k", "move"], ["Enter", "open"],
  ["x", "select"], ["Esc", "back"], ["1 – 4", "pick"], ["u", "upscale"], ["v", "vary"],
  ["r", "reroll"], ["m", "region"], ["c", "copy"], ["Del", "cancel"]];

export function Help() {
  const notices = document.querySelector("meta[name=notices]").content;
  return html`<${Dialog} title=${t("screen.help")} onClose=${() => { helpWanted.value = false; }}>
    <dl class="shortcuts">${shortcuts.map(([keys, what]) => html`<div key=${what}>
      <dt>${keys.split(" ").map((one) => html`<kbd>${one}</kbd>`)}</dt>
      <dd>${t(`key.${what}`)}</dd></div>`)}</dl>
    <label class="check"><input type="checkbox" checked=${shortcutsOn.value}
      onChange=${(event) => { shortcutsOn.value = event.target.checked; }} />
      ${t("help.shortcuts")}</label>
    <label class="check"><input type="checkbox" checked=${density.value === "compact"}
      onChange=${(event) => { density.value = event.target.checked ? "compact"
        : "comfortable"; }} />
      ${t("help.compact")}</label>
    <p class="quiet">${t("help.made")} <a href=${notices}>${t("help.licences")}</a> ·${" "}
      <a href="../docs/">${t("help.api")}</a></p></${Dialog}>`;
}
