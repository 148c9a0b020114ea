// Where nobody is found, and where nobody is yet: what can be done about it.
import { html } from "./view.js";
import { FirstSteps } from "./first_steps.js";
import { Icon } from "./icons.js";
import { hrefOf } from "./router.js";
import { may } from "./session.js";
import { contacts as t } from "./texts.js";

/** Digits, and what stands between them: somebody looked for a number. */
const isNumber = (text) => /^\+?[\d\s()./-]{3,}$/.test(text);

/** `onLoaded` is called when made-up contacts are there. */
function NoneYet({ onLoaded }) {
  return html`<div class="empty"><h2>${t.empty}</h2><p class="lead">${t.emptyLead}</p>
    ${may("write") && html`<${FirstSteps} onLoaded=${onLoaded} />`}</div>`;
}

export function Empty({ asked, isFiltered, isComplete, onClear, onLoaded }) {
  if (!asked.q && !isFiltered) return html`<${NoneYet} onLoaded=${onLoaded} />`;
  const given = { [isNumber(asked.q) ? "number" : asked.q.includes("@") ? "email" : "name"]: asked.q };
  return html`<div class="empty"><p class="lead">${asked.q ? t.nobody(asked.q) : t.nobodyFits}</p>
    ${!isComplete && html`<p>${t.incomplete}</p>`}
    ${isFiltered && html`<p><button type="button" onClick=${onClear}>${t.clearFilters}</button></p>`}
    ${asked.q && !isFiltered && may("write") && html`<p><a class="button"
      href=${hrefOf(["contacts", "new"], given)}><${Icon} name="add" />${t.addNamed(asked.q)}</a></p>`}</div>`;
}
