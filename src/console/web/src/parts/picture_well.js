// Where pictures are dropped, pasted or chosen; each with its role's name, size and a way out.
import { useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { number, t } from "../words.js";
import { bytes } from "../format.js";
import { takePicture } from "../pictures_in.js";
import { tell } from "./notice.js";
import { Icon } from "./icon.js";

export function PictureWell({ pictures, onChange, most }) {
  const chooser = useRef(null);
  const [over, setOver] = useState(false);
  const add = async (files) => {
    const taken = await Promise.all([...files].slice(0, most - pictures.length).map(takePicture));
    for (const one of taken.filter((each) => each.refused)) {
      tell(t(one.refused, { name: one.name }), { kind: "error" });
    }
    onChange([...pictures, ...taken.filter((one) => !one.refused)]);
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  const drag = (event) => {
    event.preventDefault();
    setOver(event.type === "dragover");
  };
  return html`<div class="well ${over ? "over" : ""}" onDrop=${drop} onDragOver=${drag}
    onDragLeave=${drag} onPaste=${(event) => add(event.clipboardData.files)}>
    ${pictures.map((one, place) => html`<figure key=${one.preview}>
      <img src=${one.preview} alt=${one.name} />
      <figcaption><span dir="auto">${one.name}</span>
        <span class="quiet">${number(one.width)} × ${number(one.height)} ·${" "}
          ${bytes(one.bytes)}</span>
      </figcaption>
      <button type="button" class="plain" aria-label=${t("picture.remove", { name: one.name })}
        onClick=${() => onChange(pictures.filter((_, other) => other !== place))}>
        <${Icon} name="close" /></button></figure>`)}
    ${pictures.length < most ? html`<button type="button" class="well-add"
      onClick=${() => chooser.current.click()}><${Icon} name="upload" />
      <span>${t("picture.add")}</span></button>` : null}
    <input ref=${chooser} type="file" hidden multiple accept="image/png,image/jpeg,image/webp"
      aria-label=${t("picture.add")}
      onChange=${(event) => { add(event.target.files); event.target.value = ""; }} /></div>`;
}
