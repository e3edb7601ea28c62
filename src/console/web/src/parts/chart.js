// One chart of the dashboard: lines or stacked bars over time, with a shared cursor, gaps shown as
// gaps, and the same figures as a table for those who can not see it.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { html } from "../html.js";
import { locale, number, t } from "../words.js";
import { duration } from "../format.js";
import { language, theme } from "../settings.js";

const height = 190;
const cursor = uPlot.sync("dashboard");
const dark = matchMedia("(prefers-color-scheme: dark)");

const color = (name) => getComputedStyle(document.documentElement)
  .getPropertyValue(`--chart-${name}`).trim();

function valuesOf(stats, series, stacked) {
  const at = stats.series.submitted.map((_, place) =>
    (stats.from + (place + 1) * stats.step) / 1000);
  const rows = series.map((name) => stats.series[name]);
  if (stacked) { // drawn from the top of the stack downwards
    for (let row = 1; row < rows.length; row += 1) {
      rows[row] = rows[row].map((value, place) => value + rows[row - 1][place]);
    }
    rows.reverse();
  }
  return [at, ...rows];
}

function optionsFor(width, series, stacked, unit, step) {
  const word = (value) => value === null ? "–" : unit === "time" ? duration(value) : number(value);
  const axis = { stroke: color("ink"), grid: { stroke: color("grid"), width: 1 },
    ticks: { show: false }, font: "12px system-ui" };
  const names = stacked ? [...series].reverse() : series;
  const time = new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" });
  const date = new Intl.DateTimeFormat(locale(), { month: "short", day: "numeric" });
  return {
    width, height, padding: [8, 26, 0, 0], cursor: { sync: { key: cursor.key },
      points: { size: 6 } },
    legend: { show: false },
    // Bars of the first and the last step are whole.
    scales: { x: { range: (_, least, most) => [least - step / 1500, most + step / 1500] },
      y: { range: (_, least, most) => [0, Math.max(most * 1.15, unit === "time" ? 1000 : 4)] } },
    axes: [
      { ...axis, size: 30, values: (plot, all) => all.map((at) =>
        (plot.scales.x.max - plot.scales.x.min > 172800 ? date : time).format(at * 1000)) },
      { ...axis, size: 56, values: (_, all) => all.map((one) =>
        Number.isInteger(one) || unit === "time" ? word(one) : "") },
    ],
    series: [{}, ...names.map((name) => ({
      label: name, stroke: color(name), width: 2, points: { show: unit === "time", size: 5 },
      fill: stacked ? color(name) : undefined,
      paths: stacked ? uPlot.paths.bars({ size: [0.8, 40] }) : undefined,
    }))],
  };
}

function Table({ stats, series, unit }) {
  const rows = stats.series.submitted.map((_, place) => place)
    .filter((place) => series.some((name) => stats.series[name][place]));
  const time = new Intl.DateTimeFormat(locale(), { dateStyle: "short", timeStyle: "short" });
  const word = (value) => value === null ? "–" : unit === "time" ? duration(value) : number(value);
  return html`<div class="chart-table" tabindex="0" role="region" aria-label=${t("chart.table")}>
    <table>
    <thead><tr><th scope="col">${t("chart.time")}</th>
      ${series.map((name) => html`<th key=${name} scope="col">${t(`series.${name}`)}</th>`)}</tr>
        </thead>
    <tbody>${rows.reverse().map((place) => html`<tr key=${place}>
      <th scope="row">${time.format(stats.from + (place + 1) * stats.step)}</th>
      ${series.map((name) => html`<td key=${name}>${word(stats.series[name][place])}</td>`)}</tr>`)}
    </tbody></table></div>`;
}

export function Chart({ name, stats, series, stacked = false, unit = "count" }) {
  const paper = useRef(null);
  const plot = useRef(null);
  const asTable = useSignal(false);
  useEffect(() => {
    if (asTable.value) {
      return undefined;
    }
    const sheet = paper.current; // the reference is empty before the observer has stopped
    const make = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsFor(sheet.clientWidth, series, stacked, unit, stats.step),
        valuesOf(stats, series, stacked), sheet);
    };
    make();
    const sized = new ResizeObserver(() => plot.current?.setSize(
      { width: sheet.clientWidth, height }));
    sized.observe(sheet);
    dark.addEventListener("change", make);
    return () => {
      sized.disconnect();
      dark.removeEventListener("change", make);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [asTable.value, theme.value, language.value, stats.window]);
  useEffect(() => {
    plot.current?.setData(valuesOf(stats, series, stacked));
  }, [stats]);
  return html`<section class="panel"><div class="row spread"><h2>${t(`chart.${name}`)}</h2>
      <button class="plain" aria-pressed=${asTable.value}
        onClick=${() => { asTable.value = !asTable.value; }}>${t("chart.table")}</button></div>
    <ul class="legend">${series.map((one) => html`<li key=${one}><i class="swatch swatch-${one}"
      aria-hidden="true"></i>${t(`series.${one}`)}</li>`)}</ul>
    ${asTable.value ? html`<${Table} stats=${stats} series=${series} unit=${unit} />`
    : html`<div ref=${paper} class="chart" role="img" aria-label=${t(`chart.${name}`)}></div>`}
  </section>`;
}
