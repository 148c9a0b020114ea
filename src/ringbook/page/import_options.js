// How a file is read and what becomes of its rows: behind one word, since the defaults are good for most.
import { html, useMemo } from "./view.js";
import { Field } from "./field.js";
import { regions } from "./regions.js";
import { bringIn as t } from "./texts_files.js";

export function ImportOptions({ options, onChange }) {
  const countries = useMemo(regions, []);
  const text = (name) => ({ value: options[name], onChange: (event) => onChange({ [name]: event.target.value }) });
  const all = (texts) => Object.entries(texts).map(([value, words]) => html`<option value=${value}>${words}</option>`);
  const check = (name, label) => html`<label class="check"><input type="checkbox" checked=${options[name]}
    onChange=${(event) => onChange({ [name]: event.target.checked })} />${label}</label>`;
  return html`<details class="options"><summary>${t.options}</summary><div class="columns">
    <${Field} of="select" label=${t.duplicates} ...${text("on_duplicate")}>${all(t.onDuplicate)}<//>
    <${Field} label=${t.tag} hint=${t.tagHint} maxlength="500" value=${options.tag}
      onInput=${(event) => onChange({ tag: event.target.value })} />
    <${Field} of="select" label=${t.region} ...${text("region")}><option value="">${t.companyRegion}</option>
      ${countries.map(([code, name]) => html`<option value=${code}>${name}</option>`)}<//>
    <${Field} of="select" label=${t.encoding} ...${text("encoding")}>${all(t.encodings)}<//></div>
    ${options.on_duplicate === "update" && check("overwrite", t.overwrite)}
    ${check("keep_unknown", t.keepUnknown)}</details>`;
}
