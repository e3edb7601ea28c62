// Markup as tagged templates: no build step of its own, and text stays text.
import { h } from "preact";
import htm from "htm";

export const html = htm.bind(h);
