// One set of strokes; an icon is decoration, the word beside it is what is read out.
import { html } from "../html.js";

const strokes = {
  create: "M12 3v4M12 17v4M3 12h4M17 12h4M6 6l2.5 2.5M15.5 15.5 18 18M18 6l-2.5 2.5M8.5 15.5 6 18",
  queue: "M4 6h16M4 12h16M4 18h10",
  gallery: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01",
  dashboard: "M4 20V10M10 20V4M16 20v-7M22 20H2",
  channels: "M5 12h3l3-7 3 14 3-7h3",
  activity: "M5 6h.01M9 6h11M5 12h.01M9 12h11M5 18h.01M9 18h7",
  pause: "M9 5v14M15 5v14",
  resume: "M8 5l11 7-11 7z",
  webhooks: "M9 12a4 4 0 1 1 6 3.5M15 12l3 6M9 18h9M6 18l3-6",
  keys: "M14 10a4 4 0 1 0-3.5 4M13 13l8 8M17 17l2-2M19.5 19.5l2-2",
  help: "M9.5 9a2.5 2.5 0 1 1 3.5 2.3c-.8.4-1 1-1 1.9M12 17h.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6 19 19M19 5l-1.4 1.4M6.4 17.6 5 19",
  moon: "M20 14a8 8 0 1 1-10-10 6.5 6.5 0 0 0 10 10z",
  auto: "M12 21a9 9 0 1 0 0-18v18z",
  rail: "M4 5h16v14H4zM9 5v14",
  out: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
  waiting: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3 2",
  running: "M12 3a9 9 0 1 0 9 9",
  succeeded: "M5 13l4 4L19 7",
  failed: "M12 8v5M12 16h.01M10.3 4 3 18h18L13.7 4a2 2 0 0 0-3.4 0z",
  cancelled: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM6 6l12 12",
  needs_input: "M4 5h16v11H9l-5 4zM9 9h6M9 12h4",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  close: "M6 6l12 12M18 6 6 18",
  dice: "M5 5h14v14H5zM9 9h.01M15 15h.01M15 9h.01M9 15h.01",
  upload: "M12 16V5M7 9l5-5 5 5M5 20h14",
  brush: "M14 4l6 6-8 8H6v-6zM13 7l4 4",
  eraser: "M8 19h12M5 14l8-9 6 6-7 8H8z",
  rectangle: "M5 7h14v10H5z",
  lasso: "M12 5c5 0 8 2 8 5s-3 5-8 5-8-2-8-5 3-5 8-5zM8 15c-2 2-2 5 1 5",
  undo: "M9 7 4 12l5 5M4 12h10a5 5 0 0 1 0 10",
  redo: "M15 7l5 5-5 5M20 12H10a5 5 0 0 0 0 10",
  invert: "M12 21a9 9 0 1 0 0-18v18zM12 3v18",
  filter: "M4 5h16l-6 8v6l-4-2v-4z",
  chevron: "M9 6l6 6-6 6",
  again: "M20 11a8 8 0 1 0-2.3 6.7M20 5v6h-6",
  retry: "M4 12a8 8 0 1 1 2.5 5.8M4 18v-5h5",
  link: "M10 14l4-4M8 11l-2 2a4 4 0 0 0 5 5l2-2M16 13l2-2a4 4 0 0 0-5-5l-2 2",
  locked: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
  unlocked: "M6 11h12v9H6zM9 11V7a3 3 0 0 1 5.8-1",
  star: "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z",
  compare: "M12 3v18M4 6h6v12H4zM14 6h6v12h-6",
  docs: "M6 3h9l4 4v14H6zM14 3v5h5M9 12h7M9 16h7",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l2 1H4zM10 21h4",
  more: "M6 12h.01M12 12h.01M18 12h.01",
};

export function Icon({ name, label }) {
  return html`<svg class="icon icon-${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor"
    stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"
    role=${label ? "img" : undefined} aria-label=${label} aria-hidden=${label ? undefined : "true"}>
    <path d=${strokes[name]} /></svg>`;
}
