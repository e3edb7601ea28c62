// Many tasks from one box: "{red, blue} cat", and pasted lists, one prompt a line or one a row of a
// CSV file. What comes out is shown before anything is sent.
import { permutations } from "./flags.js";

export const mostTasks = 100;

// Rows of cells; "" in a quoted cell is a quote.
function rowsOf(text) {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const row = rows.at(-1);
    const char = text[at];
    if (char === '"' && (quoted || row.at(-1) === "")) {
      if (quoted && text[at + 1] === '"') {
        row[row.length - 1] += char;
        at += 1;
      } else {
        quoted = !quoted;
      }
    } else if (!quoted && (char === "," || char === "\t")) {
      row.push("");
    } else if (!quoted && char === "\n") {
      rows.push([""]);
    } else {
      row[row.length - 1] += char;
    }
  }
  return rows.filter((row) => row.some((cell) => cell.trim() !== ""));
}

// A table tells itself by a head with "prompt", or by lines that begin with a quote; in anything
// else commas are part of the prompt.
export function listOf(text) {
  const lines = text.replace(/\r\n?/g, "\n").split("\n").filter((line) => line.trim() !== "");
  const head = (rowsOf(lines[0] ?? "")[0] ?? []).map((cell) => cell.trim().toLowerCase());
  const column = head.indexOf("prompt");
  if (lines.length > 1 && column >= 0) {
    return rowsOf(lines.slice(1).join("\n")).map((row) => (row[column] ?? "").trim())
      .filter(Boolean);
  }
  if (lines.length > 1 && lines.every((line) => line.startsWith('"'))) {
    return rowsOf(lines.join("\n")).map((row) => row[0].trim());
  }
  return lines.map((line) => line.trim());
}

// {prompts, more}: `more` tells that some were left out.
export function promptsOf(text, asList) {
  const all = (asList ? listOf(text) : [text.trim()])
    .flatMap((one) => permutations(one, mostTasks + 1));
  return { prompts: all.slice(0, mostTasks), more: all.length > mostTasks };
}
