// Streams tell what happened; how far a picture has come is asked for, while somebody looks at it.
import { useEffect } from "preact/hooks";
import { cell, fetchPage } from "./tasks.js";

const askEvery = 2000;
const underWay = { status: "running,waiting", limit: 50 };

export function useFreshProgress(ids) {
  useEffect(() => {
    const timer = setInterval(() => {
      const open = (ids.peek() || []).some((id) =>
        ["running", "waiting"].includes(cell(id).peek()?.status));
      if (open && !document.hidden) {
        fetchPage(underWay).catch(() => {}); // the next time, or the stream, tells
      }
    }, askEvery);
    return () => clearInterval(timer);
  }, []);
}
