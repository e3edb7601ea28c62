// Every sentence of the console, in both languages, by key.
import en from "./words/en.json";
import zh from "./words/zh.json";
import { language } from "./settings.js";

const all = { en, zh };

export function t(key, values) {
  const text = all[language.value][key] ?? en[key] ?? key;
  return values === undefined
    ? text
    : text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

// `key.one` or `key.other`, as the language counts.
export function plural(key, count, values) {
  const locale = language.value === "zh" ? "zh-CN" : "en";
  const form = new Intl.PluralRules(locale).select(count) === "one" ? "one" : "other";
  return t(`${key}.${form}`, { n: number(count), ...values });
}

export function known(key) {
  return key in en;
}

export function locale() {
  return language.value === "zh" ? "zh-CN" : "en";
}

export function number(value, options) {
  return new Intl.NumberFormat(locale(), options).format(value);
}
