// Reads a stream of server-sent events piece by piece. EventSource would do, but it does not tell
// of comments, and the server's heartbeat is one.
export function eventReader() {
  let rest = "";
  let lastId = "";
  const eventOf = (block) => {
    const event = { kind: "message", data: [] };
    for (const line of block.split("\n")) {
      const [, name, value] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
      if (name === "event") {
        event.kind = value;
      } else if (name === "data") {
        event.data.push(value ?? "");
      } else if (name === "id") {
        lastId = value ?? "";
      }
    }
    return event.data.length > 0 ? { kind: event.kind, data: event.data.join("\n") } : null;
  };
  return {
    lastId: () => lastId,
    push(text) {
      const blocks = (rest + text).replace(/\r\n/g, "\n").split("\n\n");
      rest = blocks.pop();
      return blocks.map(eventOf).filter(Boolean);
    },
  };
}
