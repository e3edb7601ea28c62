// What stands around every screen: the rail, the header, banners, and what lies over the page.
import { useRef } from "preact/hooks";
import { html } from "../html.js";
import { number, t } from "../words.js";
import { clock } from "../format.js";
import { figures, link, linkSince } from "../live.js";
import { go, href, route } from "../route.js";
import { capabilities, isOperator, session, signInWanted, signOut } from "../session.js";
import { language, railOpen, theme } from "../settings.js";
import { helpWanted } from "../keys.js";
import { Icon } from "./icon.js";
import { Notices } from "./notice.js";
import { Create } from "../screens/create.js";
import { Task } from "../screens/task.js";
import { Queue } from "../screens/queue.js";
import { Gallery } from "../screens/gallery.js";
import { Dashboard } from "../screens/dashboard.js";
import { Channels } from "../screens/channels.js";
import { Keys } from "../screens/keys.js";
import { Activity } from "../screens/activity.js";
import { Webhooks } from "../screens/webhooks.js";
import { SignIn } from "../screens/sign_in.js";
import { Help } from "../screens/help.js";

const screens = { create: Create, task: Task, queue: Queue, gallery: Gallery, dashboard: Dashboard,
  channels: Channels, webhooks: Webhooks, keys: Keys, activity: Activity };
const everybodys = ["create", "queue", "gallery", "dashboard"];
const operators = ["channels", "webhooks", "keys", "activity"];

function Rail() {
  const shown = isOperator.value ? [...everybodys, ...operators] : everybodys;
  const current = route.value.screen === "task" ? "queue" : route.value.screen;
  return html`<nav class="rail" aria-label=${t("frame.nav")}>
    <a class="brand" href=${href("create")} aria-label="imagined"><span class="mark"
      aria-hidden="true">
      <i></i><i></i><i></i><i></i></span><b>imagined</b></a>
    <ul>${shown.map((name) => html`<li key=${name}><a href=${href(name)}
      title=${t(`screen.${name}`)}
      aria-current=${current === name ? "page" : undefined}>
      <${Icon} name=${name} /><span>${t(`screen.${name}`)}</span></a></li>`)}
      <li><a href="../docs/" title=${t("screen.docs")}><${Icon} name="docs" />
        <span>${t("screen.docs")}</span></a></li></ul>
    <button class="plain rail-switch" aria-expanded=${railOpen.value}
      onClick=${() => { railOpen.value = !railOpen.value; }}>
      <${Icon} name="rail" /><span>${t("frame.collapse")}</span></button></nav>`;
}

function Search() {
  const field = useRef(null);
  const search = (event) => {
    event.preventDefault();
    const text = field.current.value.trim();
    if (/^\d{16}$/.test(text)) {
      go("task", text);
    } else {
      go("queue", "", text ? { text } : {});
    }
  };
  return html`<form class="search" role="search" onSubmit=${search}>
    <${Icon} name="search" />
    <input ref=${field} id="search" type="search" aria-label=${t("frame.search")}
      placeholder=${t("frame.search")} /></form>`;
}

function Counter() {
  const { waiting, running } = figures.value || { waiting: 0, running: 0 };
  return html`<a class="counter" href=${href("queue")}>
    <span class=${running ? "beat" : ""} aria-hidden="true"></span>
    <b>${number(running)}</b> <span class="wide-only">${t("frame.running")}</span>
    <b>${number(waiting)}</b> <span class="wide-only">${t("frame.waiting")}</span></a>`;
}

const nextTheme = { auto: "light", light: "dark", dark: "auto" };
const themeIcon = { auto: "auto", light: "sun", dark: "moon" };

function Header() {
  const other = language.value === "zh" ? "en" : "zh";
  return html`<header class="top"><${Search} />
    <div class="top-right">
      <span class="link link-${link.value}" title=${t(`link.${link.value}`)}>
        <i aria-hidden="true"></i><span class="wide-only">${t(`link.${link.value}`)}</span></span>
      <${Counter} />
      <button class="plain" lang=${other === "zh" ? "zh-CN" : "en"}
        aria-label=${t("frame.language")}
        onClick=${() => { language.value = other; }}>${other === "zh" ? "中文" : "EN"}</button>
      <button class="plain" aria-label=${t("frame.theme", { now: t(`theme.${theme.value}`) })}
        title=${t(`theme.${theme.value}`)}
        onClick=${() => { theme.value = nextTheme[theme.value]; }}>
        <${Icon} name=${themeIcon[theme.value]} /></button>
      <button class="plain" aria-label=${t("screen.help")}
        onClick=${() => { helpWanted.value = true; }}><${Icon} name="help" /></button>
      ${session.value?.signedIn && !session.value.open
    ? html`<button class="plain" aria-label=${t("signin.out")} title=${t("signin.out")}
        onClick=${signOut}><${Icon} name="out" /></button>` : null}
    </div></header>`;
}

function Banners() {
  return html`
    ${capabilities.value?.demo ? html`<aside class="banner demo"
      aria-label=${t("demo.word")}><b>${t("demo.word")}</b> ${t("demo.text")}${" "}
      <code>${"IDEOGRAM_API_KEY"}</code></aside>` : null}
    ${link.value === "offline" ? html`<div class="banner stale" role="status">
      ${t("link.stale", { time: clock(linkSince.value) })}</div>` : null}`;
}

export function Frame() {
  const Screen = screens[route.value.screen] || Create;
  const ready = session.value?.signedIn && capabilities.value;
  return html`<div class="frame ${railOpen.value ? "" : "narrow"}">
    <a class="skip" href="#main" onClick=${(event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  }}>${t("frame.skip")}</a>
    <${Rail} />
    <div class="column"><${Header} /><${Banners} />
      <main id="main" tabindex="-1">${ready
    ? html`<${Screen} key=${route.value.screen + route.value.id} id=${route.value.id} />` : null}
      </main></div>
    ${signInWanted.value ? html`<${SignIn} />` : null}
    ${helpWanted.value ? html`<${Help} />` : null}
    <${Notices} /></div>`;
}
