// The public API, as anybody may use it: addresses are relative, so the console works below any
// path; who is asking is told by the session cookie.
import { language } from "./settings.js";

const root = new URL("../", location.href.split("#")[0]);

// Raised when a request needs a (new) sign-in; the screen below stays as it is.
export const gate = { onUnauthorized: () => {} };

// An answer that says no: the problem document, or what stands for one.
export class Refusal extends Error {
  constructor(problem, answer) {
    super(problem.detail || problem.title);
    this.type = (problem.type || "").replace("urn:imagined:problem:", "") || "unreadable";
    this.status = answer ? answer.status : 0;
    this.retryable = problem.retryable === true;
    const wait = answer ? Number(answer.headers.get("Retry-After")) : 0;
    this.retryAt = wait > 0 ? Date.now() + wait * 1000 : 0;
  }
}

async function problemOf(answer) {
  try {
    const body = await answer.json();
    return body.type ? body : { type: "", detail: body.description || answer.statusText };
  } catch {
    return { type: "", detail: answer.statusText };
  }
}

export async function ask(method, path, body, options = {}) {
  const headers = { "Accept-Language": language.value === "zh" ? "zh-CN" : "en",
    ...options.headers };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
  }
  let answer;
  try {
    answer = await fetch(address(path), {
      method, headers, signal: options.signal, credentials: "same-origin", cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (cause) {
    if (cause.name === "AbortError") {
      throw cause;
    }
    throw new Refusal({ type: "offline", detail: "", retryable: true }, null);
  }
  if (answer.status === 401 && path !== "v1/session") {
    gate.onUnauthorized();
  }
  if (!answer.ok) {
    throw new Refusal(await problemOf(answer), answer);
  }
  return answer.status === 204 ? null : answer.json();
}

export const get = (path, options) => ask("GET", path, undefined, options);
export const post = (path, body, options) => ask("POST", path, body === undefined ? {} : body,
  options);

export function address(path) {
  return new URL(path, root).href;
}

// Pictures are named by the server's public address; the browser may know it by another, and only
// its own is allowed here.
export function pictureAddress(url) {
  const at = typeof url === "string" ? url.indexOf("/mj/image/") : -1;
  return at < 0 ? null : address(url.slice(at + 1));
}
