// The columns of a file, each with what it is read as, to be changed.
import { html } from "./view.js";
import { Field } from "./field.js";
import { bringIn as t } from "./texts_files.js";

/** `mapping` and `unknown` are what was read, `map` is what somebody has said: {column: field}. */
export function Columns({ mapping, unknown, map, onChange }) {
  const columns = [...Object.keys(mapping), ...unknown.filter((name) => !(name in mapping))];
  if (!columns.length) return null;
  const choose = (name) => (event) => {
    const { [name]: _, ...others } = map;
    const said = event.target.value;
    onChange(said ? { ...map, [name]: said } : others);
  };
  const column = (name) => html`<${Field} key=${name} of="select" label=${html`<bdi>${name}</bdi>`}
    value=${map[name] ?? mapping[name] ?? ""} onChange=${choose(name)}>
    ${!mapping[name] && html`<option value="">${t.notRead}</option>`}
    ${Object.entries(t.fields).map(([field, text]) => html`<option value=${field}>${text}</option>`)}<//>`;
  return html`<section><h2>${t.columns}</h2><p class="dim">${t.columnsLead}</p><div class="columns">
    ${columns.map(column)}</div></section>`;
}
