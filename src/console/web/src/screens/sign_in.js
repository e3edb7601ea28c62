// The key goes to the server once and comes back as a cookie that no script can read. The sheet
// lies over the page, so a draft below it is kept.
import { useRef, useState } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../words.js";
import { signIn } from "../session.js";
import { Dialog } from "../parts/dialog.js";
import { Trouble } from "../parts/trouble.js";

export function SignIn() {
  const field = useRef(null);
  const [error, setError] = useState(null);
  const [busy, setBusy] = useState(false);
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signIn(field.current.value);
    } catch (refused) {
      setError(refused);
      field.current.focus();
    }
    setBusy(false);
  };
  return html`<${Dialog} title=${t("signin.title")}>
    <form class="signin" onSubmit=${send}>
      <p>${t("signin.text")}</p>
      <label for="key">${t("signin.key")}</label>
      <input ref=${field} id="key" type="password" autocomplete="current-password" required
        spellcheck="false" />
      ${error ? html`<${Trouble} error=${error} />` : null}
      <button class="primary" disabled=${busy}>${t("signin.in")}</button>
      <p class="quiet">${t("signin.where")}</p>
    </form></${Dialog}>`;
}
