// What somebody does first who looks after a book: three ways to begin, and made-up contacts to look around.
import { html } from "./view.js";
import { post } from "./api.js";
import { useAct } from "./asking.js";
import { Icon } from "./icons.js";
import { Problem } from "./problem.js";
import { allTags } from "./tags.js";
import { contacts as t } from "./texts.js";

/** `onLoaded` is called when made-up contacts are there. */
export function FirstSteps({ onLoaded }) {
  const { act, refusal } = useAct();
  const load = () => act(async () => {
    await post("demo");
    await allTags(true);
    onLoaded();
  });
  const step = (href, icon, text, hint) => html`<li><a class="card step" href=${href}><${Icon} name=${icon} />
    <span>${text}<small class="dim">${hint}</small></span></a></li>`;
  return html`<ul class="steps">
      ${step("#/contacts/new", "add", t.emptyAdd, t.emptyAddHint)}
      ${step("#/import", "import", t.emptyImport, t.emptyImportHint)}
      ${step("#/phones", "phones", t.emptyPhones, t.emptyPhonesHint)}</ul>
    <p><button type="button" class="link" onClick=${load}>${t.emptyDemo}</button></p>
    ${refusal && html`<${Problem} refusal=${refusal} retry=${load} />`}`;
}
