// Numbers, times and sizes as people read them.
import { locale, number, t } from "./words.js";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export function duration(ms) {
  if (ms === null || ms === undefined) {
    return "–";
  }
  if (ms < second) {
    return t("time.ms", { n: number(Math.max(0, Math.round(ms))) });
  }
  if (ms < minute) {
    const digits = ms < 10 * second ? 1 : 0;
    return t("time.s", { n: number(ms / second, { maximumFractionDigits: digits }) });
  }
  if (ms < hour) {
    const seconds = Math.floor((ms % minute) / second);
    return t("time.min", { n: Math.floor(ms / minute), s: String(seconds).padStart(2, "0") });
  }
  if (ms < day) {
    const minutes = Math.floor((ms % hour) / minute);
    return t("time.h", { n: Math.floor(ms / hour), m: String(minutes).padStart(2, "0") });
  }
  return t("time.d", { n: Math.floor(ms / day) });
}

// "25–40 s": an estimate is a band, not a promise.
export function band(ms) {
  const low = Math.max(1, Math.round((ms * 0.8) / second));
  const high = Math.max(low + 1, Math.round((ms * 1.4) / second));
  return t("time.band", { low: number(low), high: number(high) });
}

export function ago(at, now) {
  const whole = Math.floor((now - at) / second) * second;
  return whole < 5 * second ? t("time.now") : t("time.ago", { time: duration(whole) });
}

export function clock(at) {
  return new Intl.DateTimeFormat(locale(), { timeStyle: "medium" }).format(at);
}

export function moment(at) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "medium" }).format(at);
}

export function dollars(usd) {
  const digits = usd !== 0 && Math.abs(usd) < 1 ? 3 : 2;
  return number(usd, { style: "currency", currency: "USD", minimumFractionDigits: 2,
    maximumFractionDigits: digits });
}

export function bytes(count) {
  return count < 1024 * 1024
    ? `${number(count / 1024, { maximumFractionDigits: 0 })} KB`
    : `${number(count / 1024 / 1024, { maximumFractionDigits: 1 })} MB`;
}
