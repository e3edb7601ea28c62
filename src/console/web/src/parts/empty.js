// An empty view says in one sentence what would be here, and offers the one thing to do.
import { html } from "../html.js";

export function Empty({ text, children }) {
  return html`<div class="empty"><p>${text}</p>${children}</div>`;
}

// Nothing for a moment, then the outline of what comes; never a spinner over the page.
export function Skeletons({ count, kind }) {
  return html`<div class="skeletons ${kind}" aria-hidden="true">
    ${Array.from({ length: count }, (_, place) => html`<div key=${place}></div>`)}</div>`;
}
