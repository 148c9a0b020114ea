// What went wrong, said in the page's own words: of a call as a whole, and of single fields.
import { html } from "./view.js";
import { common, fieldProblem, fieldProblems, problems, reasons } from "./texts.js";

/** The sentence for a refusal. */
export function textOf(refusal) {
  return reasons[refusal.reason] ?? (problems[refusal.kind] ?? problems.broken)(refusal.seconds);
}

/** The sentence for what the API says of one field. */
export function fieldTextOf(message) {
  for (const [pattern, text] of fieldProblems) {
    const found = pattern.exec(message);
    if (found) return typeof text === "function" ? text(found) : text;
  }
  return fieldProblem;
}

/** What is wrong with each field, by its name: {"phone_numbers[0].number": sentence}. */
export function fieldsOf(refusal) {
  return Object.fromEntries((refusal.details ?? []).map(({ field, message }) => [field, fieldTextOf(message)]));
}

const LASTING = ["gone", "forbidden", "invalid", "conflict", "too_large"];

/** A refusal where its answer was to be, with a way to ask again where that can help. */
export function Problem({ refusal, retry }) {
  return html`<div class="problem" role="alert"><p>${textOf(refusal)}</p>
    ${retry && !LASTING.includes(refusal.kind) && html`<button type="button"
      onClick=${retry}>${common.retry}</button>`}</div>`;
}

/** Where something is still to come; it is shown only when that takes a while. */
export function Loading() {
  return html`<p class="loading dim" role="status">${common.loading}</p>`;
}
