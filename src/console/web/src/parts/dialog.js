// A native dialog: focus stays inside while it is open and returns to the opener afterwards.
// Without onClose it stays until its owner takes it away.
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../words.js";
import { Icon } from "./icon.js";

export function Dialog({ title, onClose, children, wide, full }) {
  const box = useRef(null);
  useEffect(() => {
    const opener = document.activeElement;
    box.current.showModal();
    return () => opener?.isConnected && opener.focus();
  }, []);
  const cancelled = (event) => {
    event.preventDefault(); // whether it may close is the owner's decision
    onClose?.();
  };
  // Browsers let nobody prevent a second Escape.
  const closed = () => {
    if (box.current?.isConnected && !box.current.open) {
      box.current.showModal();
      onClose?.();
    }
  };
  const kind = full ? "full" : wide ? "wide" : "";
  return html`<dialog ref=${box} class=${kind} aria-label=${title} onCancel=${cancelled}
    onClose=${closed}>
    <header><h2>${title}</h2>
      ${onClose ? html`<button class="plain" aria-label=${t("close")} onClick=${onClose}>
        <${Icon} name="close" /></button>` : null}</header>
    <div class="dialog-body">${children}</div></dialog>`;
}

export function Confirm({ title, text, action, danger, onConfirm, onClose }) {
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <p>${text}</p>
    <div class="row end">
      <button onClick=${onClose}>${t("back")}</button>
      <button class=${danger ? "danger" : "primary"} onClick=${() => { onConfirm(); onClose(); }}>
        ${action}</button></div></${Dialog}>`;
}
