// A notification of the browser's when a task that was begun here ends while nobody looks. Asked
// for when it is switched on, never before.
import { effect } from "@preact/signals";
import { go } from "./route.js";
import { remembered } from "./settings.js";
import { lastEnded } from "./tasks.js";
import { t } from "./words.js";

export const canAlert = "Notification" in window;
export const alertsOn = remembered("alerts", false);

const begun = new Set();

export const watchEnd = (id) => begun.add(id);

export async function switchAlerts() {
  alertsOn.value = !alertsOn.value && await Notification.requestPermission() === "granted";
}

function announce(task) {
  const note = new Notification(t(`status.${task.status}`), { tag: task.id,
    body: (task.task.prompt || task.task.description || "").slice(0, 200) });
  note.onclick = () => {
    window.focus();
    go("task", task.id);
    note.close();
  };
}

effect(() => {
  const task = lastEnded.value;
  if (task && begun.delete(task.id) && document.hidden && canAlert && alertsOn.peek()
      && Notification.permission === "granted") {
    announce(task);
  }
});
