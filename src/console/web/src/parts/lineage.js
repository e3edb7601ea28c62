// The tab "Lineage": from which task this one came, and which came from it.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { html } from "../html.js";
import { t } from "../words.js";
import { href } from "../route.js";
import { arrivals, cell, fetchPage, fetchTask } from "../tasks.js";
import { Thumbnail } from "./picture.js";
import { Skeletons } from "./empty.js";
import { Status } from "./status.js";

const mostAncestors = 12;

async function ancestorsOf(task) {
  const found = [];
  let parent = task.task.parentId;
  while (parent && found.length < mostAncestors) {
    const known = cell(parent).peek() || await fetchTask(parent).catch(() => null);
    if (!known) {
      break; // forgotten by the server
    }
    found.unshift(known.id);
    parent = known.task.parentId;
  }
  return found;
}

// Children are younger; what lies further back than the page is left to the queue's search.
async function childrenOf(task) {
  const page = await fetchPage({ limit: 100, since: task.task.submitTime });
  return page.tasks.filter((one) => one.task.parentId === task.id).map((one) => one.id).reverse();
}

function Link({ id, here, depth }) {
  const task = cell(id).value;
  return task && html`<li class=${here ? "here" : ""}
    style=${{ marginInlineStart: `${depth * 1.5}rem` }}>
    <a href=${href("task", id)} aria-current=${here ? "page" : undefined}>
      <${Thumbnail} task=${task} /><span><b>${t(`action.${task.task.action}`)}</b>
      <span class="prompt" dir="auto">${task.task.prompt || task.task.description}</span></span>
      <${Status} task=${task} /></a></li>`;
}

export function Lineage({ task }) {
  const tree = useSignal(null);
  useEffect(() => {
    const load = async () => {
      const [above, below] = await Promise.all([ancestorsOf(task), childrenOf(task)])
        .catch(() => [[], []]);
      tree.value = { above, below };
    };
    return arrivals.subscribe(load);
  }, [task.id]);
  if (!tree.value) {
    return html`<${Skeletons} count=${2} kind="rows" />`;
  }
  const { above, below } = tree.value;
  return html`<ul class="lineage">
    ${above.map((id, depth) => html`<${Link} key=${id} id=${id} depth=${depth} />`)}
    <${Link} id=${task.id} here depth=${above.length} />
    ${below.map((id) => html`<${Link} key=${id} id=${id} depth=${above.length + 1} />`)}</ul>`;
}
