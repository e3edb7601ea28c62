// What stands under the button: what it may cost, what is left of the day's budget, how long it
// usually takes. Hints, not promises; what the server does not tell is left out.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { number, t } from "../words.js";
import { dollars } from "../format.js";
import { get } from "../api.js";
import { figures, link } from "../live.js";
import { capabilities, isOperator } from "../session.js";

const askEvery = 30000;
const enough = 3; // times of fewer tasks say nothing
const usual = signal(null);  // {low, high} in ms, of the last hour
const budget = signal(null); // USD left today; null where nothing limits it

// A backend without a limit makes the day's budget endless.
function leftOf({ channels }) {
  return channels.length > 0 && channels.every((one) => one.maxSpendPerDay > 0)
    ? channels.reduce((sum, one) => sum + Math.max(0,
      one.maxSpendPerDay - one.spentUsdToday - one.heldUsdToday), 0)
    : null;
}

async function look() {
  if (document.hidden) {
    return;
  }
  const { totals } = await get("v1/stats?window=1h");
  usual.value = totals.succeeded >= enough ? { low: totals.totalP50, high: totals.totalP95 } : null;
  budget.value = isOperator.peek() ? leftOf(await get("v1/admin/channels")) : null;
}

export function useOutlook() {
  useEffect(() => {
    const ask = () => look().catch(() => {}); // a hint less
    ask();
    const timer = setInterval(ask, askEvery);
    return () => clearInterval(timer);
  }, []);
}

function bandOf({ low, high }) {
  const from = Math.max(1, Math.round(low / 1000));
  return t("time.band", { low: number(from),
    high: number(Math.max(from + 1, Math.round(high / 1000))) });
}

export function Estimate({ usd }) {
  if (link.value === "offline") {
    return html`<p class="estimate quiet">${t("problem.offline")}</p>`;
  }
  const ahead = figures.value?.waiting ?? 0;
  const parts = [];
  if (capabilities.value.demo) {
    parts.push(t("create.free"));
  } else if (usd) {
    parts.push(t("create.price", { usd: dollars(usd) }));
  }
  if (budget.value !== null) {
    parts.push(t("create.budget", { usd: dollars(budget.value) }));
  }
  parts.push(ahead > 0 ? t("wait.place", { n: number(ahead) }) : t("create.noWait"));
  if (usual.value) {
    parts.push(t("create.takes", { band: bandOf(usual.value) }));
  }
  return html`<p class="estimate quiet">${parts.join(" · ")}</p>`;
}
