// Takes the focus to a form's prompt when the key for a new picture was pressed.
import { useEffect } from "preact/hooks";
import { promptWanted } from "../keys.js";

export function usePromptFocus(prompt) {
  useEffect(() => promptWanted.subscribe((wished) => {
    if (wished) {
      prompt.current?.focus();
      promptWanted.value = false;
    }
  }), []);
}
