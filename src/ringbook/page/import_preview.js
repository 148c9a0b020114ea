// The first rows of a file as contacts, each with what would become of it.
import { html, useState } from "./view.js";
import { rowProblemOf } from "./import_source.js";
import { hrefOf } from "./router.js";
import { bringIn as t } from "./texts_files.js";

const FEW = 8;

function Row({ one }) {
  const { contact } = one;
  const { phone_numbers: numbers = [], emails = [], tags = [] } = contact;
  const words = [contact.first_name, contact.last_name].filter(Boolean).join(" ");
  const name = contact.display_name || words || contact.company || "";
  const values = [...numbers.map(({ number }) => number), ...emails.map(({ address }) => address)];
  const more = [contact.company !== name && contact.company, contact.job_title, contact.notes].filter(Boolean);
  return html`<li class=${`preview${one.error ? " broken" : ""}`}><span class="dim small">${t.row(one.row)}</span>
    <span><bdi class=${name ? "name" : "dim"}>${name || (one.error ? "" : t.noName)}</bdi>${more.map((text) => html`<bdi
      class="dim small">${text}</bdi>`)}
      ${one.error && html`<span class="wrong">${rowProblemOf(one.error)}</span>`}</span>
    ${!one.error && html`<span class="values">${values.map((value) => html`<bdi>${value}</bdi>`)}</span>
      <span class="tags">${tags.map((tag) => html`<bdi class="tag">${tag}</bdi>`)}</span>`}
    <span class=${`outcome ${one.outcome}`}>${one.contact_id ? html`<a href=${hrefOf(["contacts", one.contact_id])}
      target="_blank" title=${t.there}>${t.outcomes[one.outcome]}</a>` : t.outcomes[one.outcome]}</span></li>`;
}

export function Preview({ rows }) {
  const [isAll, setAll] = useState(false);
  if (!rows.length) return null;
  const shown = isAll ? rows : rows.slice(0, FEW);
  return html`<section><h2>${t.first}</h2><div class="list"><ul class="rows" aria-label=${t.first}>
    ${shown.map((one) => html`<${Row} key=${one.row} one=${one} />`)}</ul></div>
    ${shown.length < rows.length && html`<p class="more"><button type="button" onClick=${() => setAll(true)}>
      ${t.all(rows.length)}</button></p>`}</section>`;
}
