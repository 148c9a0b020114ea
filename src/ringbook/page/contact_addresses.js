// The numbers, or the email addresses, of a contact that is being changed.
import { html, useLayoutEffect, useRef } from "./view.js";
import { Icon } from "./icons.js";
import { LISTS, newEntry } from "./contact_draft.js";
import { Wrong } from "./field.js";
import { contact as t } from "./texts.js";

/** `onChange` is given the list as it is to be; `wrong` has what is wrong with each entry, by its key. */
export function Addresses({ list, entries, wrong, onChange }) {
  const { value, types } = LISTS[list];
  const words = t[list];
  const rows = useRef(null);
  const added = useRef(false);
  const change = (key, part) => onChange(entries.map((entry) => {
    if (entry.key === key) return { ...entry, ...part };
    return part.is_primary ? { ...entry, is_primary: false } : entry; // one is the main one
  }));
  const add = () => {
    added.current = true;
    onChange([...entries, newEntry(list)]);
  };
  const remove = (place) => {
    onChange(entries.filter((_, at) => at !== place));
    const inputs = rows.current.querySelectorAll("[data-value]");
    (inputs[place + 1] ?? inputs[place - 1] ?? rows.current.querySelector(".add")).focus();
  };
  useLayoutEffect(() => {
    if (added.current) [...rows.current.querySelectorAll("[data-value]")].at(-1).focus();
    added.current = false;
  }, [entries.length]);

  const row = (entry, place) => {
    const id = `${list}-${entry.key}`, why = wrong[`${list}.${entry.key}`];
    return html`<li key=${entry.key} class="entry">
      <input data-value id=${id} aria-label=${words.nth(place + 1)} dir="auto"
        type=${list === "emails" ? "email" : "tel"} autocomplete="off"
        maxlength=${list === "emails" ? 254 : 50} value=${entry[value]} aria-invalid=${why ? "true" : undefined}
        aria-describedby=${why ? `${id}-wrong` : undefined}
        onInput=${(event) => change(entry.key, { [value]: event.target.value })} />
      <select aria-label=${words.typeOf(place + 1)} value=${entry.type}
        onChange=${(event) => change(entry.key, { type: event.target.value })}>
        ${types.map((type) => html`<option value=${type}>${t.types[type]}</option>`)}</select>
      <label class="primary"><input type="radio" name=${list} aria-label=${words.primaryOf(place + 1)}
        checked=${entry.is_primary}
        onChange=${() => change(entry.key, { is_primary: true })} /><span aria-hidden="true">${t.primary}</span></label>
      <button type="button" class="quiet" aria-label=${words.remove(place + 1)} onClick=${() => remove(place)}>
        <${Icon} name="close" /></button>
      <${Wrong} id=${`${id}-wrong`} text=${why} /></li>`;
  };
  return html`<fieldset class="entries" ref=${rows}><legend>${words.title}</legend>
    ${entries.length > 0 && html`<ul>${entries.map(row)}</ul>`}
    <${Wrong} id=${`${list}-wrong`} text=${wrong[list]} />
    <button type="button" class="quiet add" onClick=${add}><${Icon} name="add" />${words.add}</button></fieldset>`;
}
