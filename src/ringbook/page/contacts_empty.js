// Where nobody is found, and where nobody is yet: what can be done about it.
import { html, useState } from "./view.js";
import { post } from "./api.js";
import { Icon } from "./icons.js";
import { Problem } from "./problem.js";
import { hrefOf } from "./router.js";
import { may } from "./session.js";
import { allTags } from "./tags.js";
import { contacts as t } from "./texts.js";

/** Digits, and what stands between them: somebody looked for a number. */
const isNumber = (text) => /^\+?[\d\s()./-]{3,}$/.test(text);

/** `onLoaded` is called when made-up contacts are there. */
function FirstSteps({ onLoaded }) {
  const [refusal, setRefusal] = useState(null), [isBusy, setBusy] = useState(false);
  const load = async () => {
    setBusy(true);
    try {
      await post("demo");
      await allTags(true);
      onLoaded();
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };
  const step = (href, icon, text) => html`<li><a class="card step" href=${href}>
    <${Icon} name=${icon} />${text}</a></li>`;
  return html`<div class="empty"><h2>${t.empty}</h2><p class="lead">${t.emptyLead}</p>
    ${may("write") && html`<ul class="steps">
        ${step("#/contacts/new", "add", t.emptyAdd)}${step("#/import", "import", t.emptyImport)}
        ${step("#/phones", "phones", t.emptyPhones)}</ul>
      <p><button type="button" class="link" disabled=${isBusy} onClick=${load}>${t.emptyDemo}</button></p>`}
    ${refusal && html`<${Problem} refusal=${refusal} retry=${load} />`}</div>`;
}

export function Empty({ asked, isFiltered, isComplete, onClear, onLoaded }) {
  if (!asked.q && !isFiltered) return html`<${FirstSteps} onLoaded=${onLoaded} />`;
  const given = isNumber(asked.q) ? { number: asked.q } : { name: asked.q };
  return html`<div class="empty"><p class="lead">${asked.q ? t.nobody(asked.q) : t.nobodyFits}</p>
    ${!isComplete && html`<p>${t.incomplete}</p>`}
    ${isFiltered && html`<p><button type="button" onClick=${onClear}>${t.clearFilters}</button></p>`}
    ${asked.q && !isFiltered && may("write") && html`<p><a class="button"
      href=${hrefOf(["contacts", "new"], given)}><${Icon} name="add" />${t.addNamed(asked.q)}</a></p>`}</div>`;
}
