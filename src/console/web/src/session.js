// Who is signed in, and what can be asked for here.
import { computed, signal } from "@preact/signals";
import { ask, gate, get, post } from "./api.js";

export const session = signal(null); // null: not known yet
export const capabilities = signal(null);
export const signInWanted = signal(false);

export const isOperator = computed(() => session.value?.role === "operator");

gate.onUnauthorized = () => {
  signInWanted.value = true;
};

export async function begin() {
  session.value = await get("v1/session");
  if (!session.value.signedIn) {
    signInWanted.value = true;
    return false;
  }
  capabilities.value = await get("v1/capabilities");
  return true;
}

export async function signIn(key) {
  const opened = await post("v1/session", { key });
  capabilities.value = await get("v1/capabilities");
  session.value = opened;
  signInWanted.value = false;
}

export async function signOut() {
  session.value = await ask("DELETE", "v1/session");
  capabilities.value = null;
  signInWanted.value = true;
}
