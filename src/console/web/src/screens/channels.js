// The upstream keys (operator): what each can do, how busy it is, and whether it is left alone.
import { html } from "../html.js";
import { number, t } from "../words.js";
import { dollars, duration } from "../format.js";
import { get } from "../api.js";
import { usePolled } from "../polled.js";
import { Skeletons } from "../parts/empty.js";
import { ChannelSwitches, SlotSwitch } from "../parts/operate.js";
import { Trouble } from "../parts/trouble.js";

const lookEvery = 3000;

function Slot({ slot, now, onChange }) {
  const left = slot.until && slot.until > now ? slot.until - now : 0;
  return html`<li class="slot slot-${slot.state}"><code>${slot.name}</code>
    <span class="slot-state">${t(`slot.${slot.state}`)}${left ? ` · ${duration(left)}` : ""}</span>
    <meter min="0" max=${slot.limit} value=${slot.inFlight} aria-label=${t("channel.inFlight")}>
      </meter>
    <span class="quiet">${number(slot.inFlight)} / ${number(slot.limit)}</span>
    ${slot.reason ? html`<span class="quiet" dir="auto">${slot.reason}</span>` : null}
    ${slot.pictureLimit === null ? null : html`<span class="quiet">${t("channel.pictures")}
      ${` ${number(slot.groupPictures)} / ${number(slot.pictureLimit)}`}</span>`}
    <${SlotSwitch} slot=${slot} onChange=${onChange} /></li>`;
}

function Channel({ channel, now, onChange }) {
  const facts = [["dialect", channel.dialect], ["priority", number(channel.priority)],
    ["weight", number(channel.weight)], ["spent", channel.maxSpendPerDay
      ? `${dollars(channel.spentUsdToday)} / ${dollars(channel.maxSpendPerDay)}`
      : dollars(channel.spentUsdToday)], ["held", dollars(channel.heldUsdToday)]];
  return html`<article class="panel channel"><div class="row spread"><h2
    dir="auto">${channel.name}</h2>
      <span class="breaker breaker-${channel.breaker.state}">
        ${t(`breaker.${channel.breaker.state}`)}
      </span></div>
    <dl class="short-facts">${facts.map(([name, value]) => html`<div key=${name}>
      <dt>${t(`channel.${name}`)}</dt><dd>${value}</dd></div>`)}</dl>
    <ul class="slots">${channel.slots.map((slot) => html`<${Slot} key=${slot.name} slot=${slot}
      now=${now} onChange=${onChange} />`)}</ul>
    ${channel.shut.map((one) => html`<p key=${one.operation} class="quiet"
      dir="auto">${one.operation}: ${one.reason}</p>`)}
    <${ChannelSwitches} channel=${channel} onChange=${onChange} />
    <p class="words">${channel.operations.map((one) => html`<span key=${one}
      class="word">${one}</span>`)}
    </p><p class="words">${channel.models.map((one) => html`<span key=${one}
      class="word">${one}</span>`)}
    </p></article>`;
}

export function Channels() {
  const { told, error, load } = usePolled(() => get("v1/admin/channels"), lookEvery);
  const learn = (channel) => {
    told.value = { ...told.value, channels: told.value.channels.map((one) =>
      one.name === channel.name ? channel : one) };
  };
  return html`<div class="channels"><h1>${t("screen.channels")}</h1>
    ${error.value ? html`<${Trouble} error=${error.value} retry=${load} />` : null}
    ${told.value ? html`<div class="panels">${told.value.channels.map((one) => html`<${Channel}
      key=${one.name} channel=${one} now=${told.value.now} onChange=${learn} />`)}</div>`
    : html`<${Skeletons} count=${2} kind="cards" />`}</div>`;
}
