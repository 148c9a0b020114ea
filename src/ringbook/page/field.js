// A labelled input, with what helps to fill it in and what is wrong with it.
import { html, useMemo } from "./view.js";
import { newId } from "./view.js";

/** `of` is the kind of element: input, textarea or select; other properties go to it. */
export function Field({ label, hint, wrong, of = "input", children, wide, ...more }) {
  const id = useMemo(newId, []);
  const described = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  return html`<div class=${`field${wide ? " wide" : ""}`}>
    <label for=${id}>${label}</label>
    <${of} id=${id} aria-describedby=${described || undefined}
      aria-invalid=${wrong ? "true" : undefined} ...${more}>${children}<//>
    ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    <${Wrong} id=${`${id}-wrong`} text=${wrong} />
  </div>`;
}

/** What is wrong with the field above. */
export function Wrong({ id, text }) {
  return text ? html`<p class="wrong" id=${id}>${text}</p>` : null;
}

/** Put the cursor into the first field that is marked as wrong. */
export function focusFirstWrong(form) {
  requestAnimationFrame(() => form.querySelector("[aria-invalid=true]")?.focus());
}
