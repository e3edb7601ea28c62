// How the queue breathes: figures of now, and charts of what became of tasks.
import { html } from "../html.js";
import { known, number, t } from "../words.js";
import { dollars, duration } from "../format.js";
import { get } from "../api.js";
import { figures } from "../live.js";
import { usePolled } from "../polled.js";
import { href, route, setQuery } from "../route.js";
import { Chart } from "../parts/chart.js";
import { Skeletons } from "../parts/empty.js";
import { Trouble } from "../parts/trouble.js";

const windows = ["1h", "24h", "7d"];
const lookEvery = 10000;

function Tile({ name, value, to, warn }) {
  return html`<a class="tile ${warn ? "warn" : ""}" href=${to}><span>${t(`tile.${name}`)}</span>
    <b>${value}</b></a>`;
}

function Tiles({ stats }) {
  const now = stats.now;
  const live = figures.value || now || { waiting: 0, running: 0 };
  const { totals } = stats;
  const span = t(`window.${stats.window}`);
  return html`<div class="tiles">
    <${Tile} name="waiting" value=${number(live.waiting)} to=${href("queue", "",
      { state: "waiting" })} />
    <${Tile} name="running" value=${number(live.running)} to=${href("queue", "",
      { state: "running" })} />
    <${Tile} name="succeeded" value=${number(totals.succeeded)}
      to=${href("queue", "", { state: "succeeded", age: stats.window })} />
    <${Tile} name="failed" value=${number(totals.failed)} warn=${totals.failed > 0}
      to=${href("queue", "", { state: "failed", age: stats.window })} />
    <${Tile} name="p50" value=${duration(totals.totalP50)} to=${href("queue")} />
    <${Tile} name="p95" value=${duration(totals.totalP95)} to=${href("queue")} />
    ${now ? html`
      <${Tile} name="oldest" value=${now.waiting ? duration(now.oldestWaitingMs) : "–"}
        to=${href("queue", "", { state: "waiting" })} />
      <${Tile} name="spent" value=${dollars(now.spentUsdToday)} to=${href("channels")} />
      <${Tile} name="callbacks" value=${number(now.callbacksOwed)} to=${href("webhooks")} />
      <${Tile} name="dead" value=${number(now.deadLetters)} warn=${now.deadLetters > 0}
        to=${href("webhooks")} />` : null}
    <p class="unseen">${span}</p></div>`;
}

function Errors({ errors }) {
  const all = Object.entries(errors).sort((a, b) => b[1] - a[1]);
  const most = all[0]?.[1] || 1;
  return html`<section class="panel"><h2>${t("chart.errors")}</h2>
    ${all.length === 0 ? html`<p class="quiet">${t("chart.noErrors")}</p>` : html`<ul class="bars">
      ${all.map(([code, count]) => html`<li key=${code}>
        <span>${known(`fail.${code}`) ? t(`fail.${code}`) : code}</span>
        <span class="bar" aria-hidden="true"><i style=${{ width: `${(count / most) * 100}%` }}></i>
          </span>
        <b>${number(count)}</b></li>`)}</ul>`}</section>`;
}

export function Dashboard() {
  const asked = route.value.query.get("window");
  const chosen = windows.includes(asked) ? asked : "1h";
  const { told: stats, error, load } = usePolled(() => get(`v1/stats?window=${chosen}`), lookEvery,
    [chosen]);
  const told = stats.value;
  return html`<div class="dashboard">
    <div class="row spread"><h1>${t("screen.dashboard")}</h1>
      <div class="segments" role="group" aria-label=${t("dashboard.window")}>
        ${windows.map((one) => html`<button key=${one} aria-pressed=${one === chosen}
          onClick=${() => setQuery({ window: one === "1h" ? null : one })}>${t(`window.${one}`)}
        </button>`)}</div></div>
    ${error.value ? html`<${Trouble} error=${error.value} retry=${load} />` : null}
    ${told === null ? html`<${Skeletons} count=${6} kind="tiles" />` : html`
      <${Tiles} stats=${told} />
      ${told.complete ? null : html`<p class="quiet">${t("dashboard.partial")}</p>`}
      <div class="charts">
        <${Chart} name="outcomes" stats=${told} stacked
          series=${["succeeded", "failed", "cancelled"]} />
        <${Chart} name="load" stats=${told} series=${["running", "waiting"]} />
        <${Chart} name="times" stats=${told} series=${["totalP50", "totalP95"]} unit="time" />
        <${Chart} name="waits" stats=${told} series=${["waitP50", "waitP95"]} unit="time" />
        <${Errors} errors=${told.errors} /></div>`}</div>`;
}
