// A contact as it is read.
import { html, useState } from "./view.js";
import { LISTS } from "./contact_draft.js";
import { History, When } from "./contact_history.js";
import { Copy } from "./copy.js";
import { Icon } from "./icons.js";
import { useTags } from "./tags.js";
import { contact as t, contacts } from "./texts.js";

const FIRST = 10; // entries that are shown until somebody wants all of them

const LINKS = { phone_numbers: (entry) => `tel:${entry.number_e164}`, emails: (entry) => `mailto:${entry.address}` };

function Entries({ list, entries }) {
  const [isAll, setAll] = useState(false);
  const words = t[list], { value } = LISTS[list];
  const shown = isAll ? entries : entries.slice(0, FIRST);
  const row = (entry) => html`<li key=${entry.id}><span class="type">${t.types[entry.type]}</span>
    <a href=${LINKS[list](entry)}><bdi>${entry[value]}</bdi></a>${entry.is_primary && html`
      <span class="tag">${t.primary}</span>`}
    <${Copy} text=${entry[value]} label=${words.copy(entry[value])} /></li>`;
  return html`<section class="card">
    <h2><${Icon} name=${list === "emails" ? "mail" : "phone"} />${words.title}
      ${entries.length > FIRST && html`<span class="dim">${entries.length}</span>`}</h2>
    ${entries.length ? html`<ul class="values">${shown.map(row)}</ul>` : html`<p class="dim none">${words.none}</p>`}
    ${shown.length < entries.length && html`<button type="button" class="quiet all"
      onClick=${() => setAll(true)}>${words.all(entries.length)}</button>`}</section>`;
}

export function ContactView({ contact }) {
  const names = new Map(useTags().map(({ id, name }) => [id, name]));
  const facts = [
    [t.facts.first_last, contact.display_name.trim() && `${contact.first_name} ${contact.last_name}`.trim(), true],
    [t.facts.source, contacts.sources[contact.source]],
    [t.facts.external_id, contact.external_id, true],
    [t.facts.created, html`<${When} time=${contact.tm_create} />`],
    [t.facts.updated, contact.tm_update && html`<${When} time=${contact.tm_update} />`],
  ].filter(([, value]) => value);
  const fact = ([name, value, isText]) => html`<dt>${name}</dt><dd>${isText ? html`<bdi>${value}</bdi>` : value}</dd>`;
  return html`<div class="columns"><div>
      ${Object.keys(LISTS).map((list) => html`<${Entries} key=${list} list=${list} entries=${contact[list]} />`)}
      ${contact.notes && html`<section class="card"><h2>${t.fields.notes}</h2><p class="notes"
        dir="auto">${contact.notes}</p></section>`}
    </div><div>
      ${contact.tag_ids.length > 0 && html`<section class="card"><h2>${t.tags.title}</h2>
        <ul class="chips">${contact.tag_ids.map((id) => html`<li key=${id}><bdi
        class="tag">${names.get(id) ?? t.tags.unknown}</bdi></li>`)}</ul></section>`}
      <section class="card"><h2>${t.facts.title}</h2><dl>${facts.map(fact)}</dl></section>
      <${History} id=${contact.id} version=${contact.tm_update} />
    </div></div>`;
}
