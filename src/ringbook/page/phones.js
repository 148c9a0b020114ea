// Phone systems and desk phones to be connected, and a call to try it.
import { html } from "./view.js";
import { PhoneRecipe } from "./phones_recipe.js";
import { TestCall } from "./phones_test.js";
import { hrefOf } from "./router.js";
import { phones as t, recipeTexts } from "./texts_phones.js";

/** What there are lines for, and the scope of their key. */
const GROUPS = [
  {
    title: t.systems, lead: t.systemsLead, scope: "lookup",
    names: ["freeswitch", "asterisk", "freepbx", "kamailio", "opensips"],
  },
  {
    title: t.desks, lead: t.desksLead, scope: "phonebook",
    names: ["yealink", "cisco", "snom", "fanvil", "grandstream", "gigaset"],
  },
];

function Group({ title, lead, names }) {
  const choice = (name) => html`<li><a class="card phone" href=${hrefOf(["phones", name])}>${recipeTexts[name].name}</a>
    </li>`;
  return html`<section><h2>${title}</h2><p class="dim">${lead}</p><ul class="phones">${names.map(choice)}</ul>
    </section>`;
}

export default function Screen({ route }) {
  const [name] = route.rest;
  const group = GROUPS.find(({ names }) => names.includes(name));
  if (group) return html`<${PhoneRecipe} key=${name} name=${name} scope=${group.scope} />`;
  return html`<div class="title"><h1>${t.title}</h1></div><p class="lead">${t.lead}</p>
    ${GROUPS.map((one) => html`<${Group} ...${one} />`)}<${TestCall} />`;
}
