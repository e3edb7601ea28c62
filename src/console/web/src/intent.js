// One intent, one task. A held key, the second click of a double click, the Enter that ends what an
// input method composes, and a request whose answer was lost on its way mean nothing new.

// A key event that is no press of its own.
export const isEcho = (event) => event.repeat || event.isComposing || event.keyCode === 229;

export const isSendKey = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey);

// A click of a double click but its first.
export const isSecondClick = (event) => event.detail > 1;

// What the server tells two tries of one intent from two intents by. Not crypto.randomUUID: pages
// by plain http under a name have none.
export function intentKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const asIntent = (key) => ({ headers: { "Idempotency-Key": key } });

// Runs `work` unless it is under way: then the call is the same intent, and undefined.
export function oneAtATime(work) {
  let busy = false;
  return async (...given) => {
    if (busy) {
      return undefined;
    }
    busy = true;
    try {
      return await work(...given);
    } finally {
      busy = false;
    }
  };
}
