// Painting the region that is to change, all in this page. Painted means: draw this anew.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.js";
import { number, t } from "../words.js";
import { draw, maskOf, mostUndo, shareOf } from "../mask.js";
import { Confirm, Dialog } from "./dialog.js";
import { Icon } from "./icon.js";
import { Trouble } from "./trouble.js";

const tools = ["brush", "eraser", "rectangle", "lasso"];
const sides = ["x", "y", "w", "h"];

const boxOf = (from, to) => ({ tool: "rectangle", x: Math.min(from.x, to.x),
  y: Math.min(from.y, to.y), w: Math.abs(from.x - to.x), h: Math.abs(from.y - to.y) });

// Pointer Events: mouse, pen and touch alike. Positions are the picture's own pixels.
function usePainting(canvas, area, tool, size, done, add) {
  const stroke = useRef(null);
  const at = (event) => {
    const box = canvas.current.getBoundingClientRect();
    return { x: (event.clientX - box.left) * canvas.current.width / box.width,
      y: (event.clientY - box.top) * canvas.current.height / box.height };
  };
  const shown = () => {
    const { from, points } = stroke.current;
    return tool.value === "rectangle" ? boxOf(from, points.at(-1))
      : { tool: tool.value, size: size.value, points };
  };
  return {
    onPointerDown: (event) => {
      if (event.button !== 0) {
        return;
      }
      event.preventDefault();
      area.current.focus({ preventScroll: true });
      canvas.current.setPointerCapture(event.pointerId);
      stroke.current = { from: at(event), points: [at(event)] };
      draw(canvas.current, [...done.value, shown()]);
    },
    onPointerMove: (event) => {
      if (stroke.current) {
        for (const one of event.getCoalescedEvents?.() ?? [event]) {
          stroke.current.points.push(at(one));
        }
        draw(canvas.current, [...done.value, shown()]);
      }
    },
    onPointerUp: () => {
      if (stroke.current) {
        const one = shown();
        stroke.current = null;
        add(one);
      }
    },
    onPointerCancel: () => {
      stroke.current = null;
      draw(canvas.current, done.value);
    },
  };
}

function Tools({ tool, size, done, undone, add }) {
  const undo = () => {
    if (done.value.length > 0) {
      undone.value = [...undone.value, done.value.at(-1)];
      done.value = done.value.slice(0, -1);
    }
  };
  const redo = () => {
    if (undone.value.length > 0) {
      done.value = [...done.value, undone.value.at(-1)];
      undone.value = undone.value.slice(0, -1);
    }
  };
  return html`<div class="row tools" role="toolbar" aria-label=${t("region.tools")}>
    ${tools.map((one) => html`<button key=${one} aria-pressed=${tool.value === one}
      onClick=${() => { tool.value = one; }}><${Icon} name=${one} />
        ${t(`region.${one}`)}</button>`)}
    <label class="size"><span>${t("region.size")}</span><input type="range" min="4" max="400"
      value=${size.value} onInput=${(event) => { size.value = Number(event.target.value); }} />
        </label>
    <button onClick=${undo} disabled=${done.value.length === 0}><${Icon} name="undo" />
      ${t("region.undo")}</button>
    <button onClick=${redo} disabled=${undone.value.length === 0}><${Icon} name="redo" />
      ${t("region.redo")}</button>
    <button onClick=${() => add({ tool: "invert" })}><${Icon} name="invert" />
      ${t("region.invert")}</button>
    <button onClick=${() => add({ tool: "clear" })}><${Icon} name="close" />
      ${t("region.clear")}</button>
  </div>`;
}

// The way without a mouse: a rectangle by its numbers, in pixels of the picture.
function ByNumbers({ canvas, add }) {
  const box = useSignal({ x: 0, y: 0, w: 0, h: 0 });
  const paint = () => {
    const { w, h } = box.value;
    if (w > 0 && h > 0) {
      add({ tool: "rectangle", ...box.value });
    }
  };
  return html`<fieldset class="by-numbers"><legend>${t("region.numbers")}</legend>
    ${sides.map((side) => html`<label key=${side}><span>${t(`region.${side}`)}</span>
      <input type="number" min="0" max=${canvas.current
    ? canvas.current[side === "x" || side === "w" ? "width" : "height"] : undefined}
        data-side=${side} value=${box.value[side]} onInput=${(event) => {
    box.value = { ...box.value, [side]: Number(event.target.value) };
  }} /></label>`)}
    <button onClick=${paint}>${t("region.paintBox")}</button></fieldset>`;
}

export function RegionPainter({ task, source, send, error, busy, onClose }) {
  const canvas = useRef(null);
  const area = useRef(null);
  const tool = useSignal("brush");
  const size = useSignal(80);
  const zoom = useSignal(1);
  const done = useSignal([]);
  const undone = useSignal([]);
  const share = useSignal(0);
  const ratio = useSignal(1);
  const room = useSignal({ width: 0, height: 0 });
  const words = useSignal(task.task.prompt || "");
  const leaving = useSignal(false);
  const add = (one) => {
    undone.value = [];
    done.value = [...done.value, one].slice(-mostUndo);
  };
  useEffect(() => done.subscribe((all) => {
    draw(canvas.current, all);
    share.value = all.length === 0 ? 0 : shareOf(canvas.current);
  }), []);
  useEffect(() => {
    const sized = new ResizeObserver(([stage]) => {
      room.value = { width: stage.contentRect.width, height: stage.contentRect.height };
    });
    sized.observe(area.current);
    return () => sized.disconnect();
  }, []);
  const width = Math.min(room.value.width, room.value.height * ratio.value) * zoom.value;
  const fit = (event) => {
    ratio.value = event.target.naturalWidth / event.target.naturalHeight;
    canvas.current.width = event.target.naturalWidth;
    canvas.current.height = event.target.naturalHeight;
    size.value = Math.round(event.target.naturalWidth / 10);
    draw(canvas.current, done.value);
  };
  const close = () => {
    if (done.value.length > 0) {
      leaving.value = true;
    } else {
      onClose();
    }
  };
  const fault = share.value === 0 ? "region.empty" : share.value > 0.995 ? "region.full" : "";
  const onKey = (event) => {
    const grow = { "[": 0.8, "]": 1.25 }[event.key];
    if (grow && !/INPUT|TEXTAREA/.test(event.target.tagName)) {
      size.value = Math.min(400, Math.max(4, Math.round(size.value * grow)));
    }
  };
  const onWheel = (event) => {
    if (event.ctrlKey) {
      event.preventDefault();
      zoom.value = Math.min(6, Math.max(1, zoom.value * (event.deltaY < 0 ? 1.15 : 0.87)));
    }
  };
  return html`<${Dialog} full title=${t("region.title")} onClose=${close}>
    <div class="region" onKeyDown=${onKey}>
      <${Tools} tool=${tool} size=${size} done=${done} undone=${undone} add=${add} />
      <div class="region-stage" ref=${area} tabindex="0" role="group"
        aria-label=${t("region.stage")}
        onWheel=${onWheel}>
        <div class="region-paper" style=${{ width: `${Math.floor(width)}px` }}>
          <img src=${source} alt=${t("region.picture")} onLoad=${fit} draggable=${false} />
          <canvas ref=${canvas} class="tool-${tool.value}"
            ...${usePainting(canvas, area, tool, size, done, add)}></canvas></div></div>
      <div class="region-side">
        <p class="share"><b>${t("region.share",
    { n: number(share.value * 100, { maximumFractionDigits: 1 }) })}</b>
          <span class="quiet">${fault ? t(fault) : t("region.meaning")}</span></p>
        <label class="field wide"><span>${t("create.prompt")}</span>
          <textarea rows="3" dir="auto" value=${words.value}
            onInput=${(event) => { words.value = event.target.value; }}></textarea></label>
        <${ByNumbers} canvas=${canvas} add=${add} />
        ${error ? html`<${Trouble} error=${error} />` : null}
        <div class="row end"><button onClick=${close}>${t("later")}</button>
          <button class="primary" disabled=${fault !== "" || busy} onClick=${() => send({
    prompt: words.value, maskBase64: maskOf(canvas.current).png })}>${t("region.send")}</button>
      </div>
      </div></div>
    ${leaving.value ? html`<${Confirm} title=${t("region.leave")} text=${t("region.leaveText")}
      action=${t("region.leaveYes")} danger onConfirm=${onClose}
      onClose=${() => { leaving.value = false; }} />` : null}</${Dialog}>`;
}
