// How far an import has come, and the sum of it.
import { html } from "./view.js";
import { bringIn as t } from "./texts_files.js";

export const OUTCOMES = ["created", "updated", "skipped", "rejected"];

export function Progress({ job, speed, says }) {
  const { rows_read: rows, bytes_read: seen, bytes_total: total, state } = job ?? {};
  const isMoving = state === "running" && total > 0;
  return html`<div class="progress"><p role="status">${says}</p>
    <progress aria-label=${t.progress} max=${total || 1} value=${isMoving ? seen : undefined}></progress>
    <p class="dim small">${isMoving && rows > 0 ? t.rowsOf(rows, total, seen)
      : "\u00a0"}${speed && isMoving ? ` · ${t.speed(speed.rate, speed.left)}` : ""}</p></div>`;
}

export function Sums({ job }) {
  const format = new Intl.NumberFormat(document.documentElement.lang);
  return html`<dl class="sums">${OUTCOMES.map((name) => html`<div class=${job[name] ? name : "none"}><dt>
    ${t.outcomes[name]}</dt><dd>${format.format(job[name])}</dd></div>`)}</dl>`;
}
