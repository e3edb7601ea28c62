// A list of any length, of which only what is near the eye is drawn: rows come in chunks, and a
// chunk that is far away is a box of the height that it had.
import { useEffect, useRef, useState } from "preact/hooks";
import { html } from "../html.js";

const chunkSize = 50;
const near = "1200px";

function Chunk({ ids, row, start }) {
  const box = useRef(null);
  const height = useRef(0);
  const [shown, show] = useState(start < 2 * chunkSize);
  useEffect(() => {
    const seen = new IntersectionObserver(([entry]) => {
      if (!entry.isIntersecting && entry.boundingClientRect.height > 0) {
        height.current = entry.boundingClientRect.height;
      }
      show(entry.isIntersecting);
    }, { rootMargin: near });
    seen.observe(box.current);
    return () => seen.disconnect();
  }, []);
  return shown ? html`<ul ref=${box} class="queue-chunk">
      ${ids.map((id, place) => row(id, start + place))}</ul>`
    : html`<ul ref=${box} class="queue-chunk" aria-hidden="true"
      style=${{ height: height.current ? `${height.current}px` : `${ids.length * 4.5}rem` }}></ul>`;
}

export function LongList({ ids, row }) {
  const chunks = [];
  for (let start = 0; start < ids.length; start += chunkSize) {
    chunks.push(html`<${Chunk} key=${start} start=${start} row=${row}
      ids=${ids.slice(start, start + chunkSize)} />`);
  }
  return html`<div class="queue-list">${chunks}</div>`;
}

// Calls `more` while the end of a list is near the eye.
export function End({ more }) {
  const box = useRef(null);
  const latest = useRef(more);
  latest.current = more;
  useEffect(() => {
    const seen = new IntersectionObserver(async (entries) => {
      if (entries.some((one) => one.isIntersecting)) {
        await latest.current();
        if (box.current) { // looked at anew: it may still be near
          seen.unobserve(box.current);
          seen.observe(box.current);
        }
      }
    }, { rootMargin: near });
    seen.observe(box.current);
    return () => seen.disconnect();
  }, []);
  return html`<div ref=${box} aria-hidden="true"></div>`;
}
