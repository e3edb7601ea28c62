// Puts a picture itself on the clipboard. Browsers take PNG there, and only on pages that they
// trust: https, or this machine.
import { html } from "../html.js";
import { t } from "../words.js";
import { tell } from "./notice.js";
import { Icon } from "./icon.js";

async function pngOf(url) {
  const answer = await fetch(url);
  const bytes = await answer.blob();
  if (bytes.type === "image/png") {
    return bytes;
  }
  const picture = await createImageBitmap(bytes);
  const paper = new OffscreenCanvas(picture.width, picture.height);
  paper.getContext("2d").drawImage(picture, 0, 0);
  return paper.convertToBlob({ type: "image/png" });
}

async function copyPicture(url) {
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": pngOf(url) })]);
    tell(t("copied", { what: t("result.image") }));
  } catch {
    tell(t("picture.gone"), { kind: "error" });
  }
}

export function CopyPicture({ url }) {
  return window.ClipboardItem && navigator.clipboard?.write
    ? html`<button onClick=${() => copyPicture(url)}><${Icon} name="copy" />
      ${t("result.copyImage")}</button>` : null;
}
