// What a screen asks for again and again, while somebody looks at it, and at once when the stream
// was reset. `changed`: what the question depends on.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { resets } from "./live.js";

export function usePolled(ask, every, changed = []) {
  const told = useSignal(null);
  const error = useSignal(null);
  const load = async () => {
    try {
      told.value = await ask();
      error.value = null;
    } catch (refused) {
      error.value = refused;
    }
  };
  useEffect(() => {
    const timer = setInterval(() => document.hidden || load(), every);
    const stop = resets.subscribe(load);
    return () => {
      clearInterval(timer);
      stop();
    };
  }, changed);
  return { told, error, load };
}
