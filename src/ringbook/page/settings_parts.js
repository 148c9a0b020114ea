// What the parts of the settings are made of.
import { html, useMemo } from "./view.js";
import { Copy } from "./copy.js";
import { Dialog } from "./dialog.js";
import { Field, Wrong } from "./field.js";
import { Icon } from "./icons.js";
import { fieldsOf, textOf } from "./problem.js";
import { hrefOf } from "./router.js";
import { settings as t } from "./texts_settings.js";
import { newId } from "./view.js";

/** What is wrong with each field, "" of the whole; `own` are the fields of refusals that name none, by their reason. */
export function wrongOf(refusal, own = {}) {
  if (own[refusal.reason]) return { [own[refusal.reason]]: textOf(refusal), "": t.notSaved };
  const fields = fieldsOf(refusal);
  return { ...fields, "": Object.keys(fields).length ? t.notSaved : textOf(refusal) };
}

/** What is given otherwise than it was, of the fields; all of it where there was nothing before. */
export function changesOf(fields, before, given) {
  const differs = (key) => !before || String(given[key]) !== String(before[key]);
  return Object.fromEntries(Object.keys(fields).filter(differs).map((key) => [key, given[key]]));
}

export function Back({ to, title }) {
  return html`<p class="backlink"><a href=${hrefOf(["settings", to])} aria-label=${t.back(title)}>
    <${Icon} name="back" />${title}</a></p>`;
}

/** The title of a part, with what can be done in it. */
export function Head({ title, lead, children }) {
  return html`<div class="part-head"><div><h2><bdi>${title}</bdi></h2>
    ${lead && html`<p class="dim">${lead}</p>`}</div>${children}</div>`;
}

/** One of several, each [value, title, hint]. */
export function Choices({ legend, name, options, value, wrong, onChange }) {
  const id = useMemo(newId, []);
  const option = ([key, title, hint]) => html`<label class="choice">
    <input type="radio" name=${name} checked=${key === value} onChange=${() => onChange(key)} />
    <span>${title}${hint && html`<span class="hint">${hint}</span>`}</span></label>`;
  return html`<fieldset class="choices" role="radiogroup" tabindex="-1" aria-invalid=${wrong ? "true" : undefined}
    aria-describedby=${wrong ? id : undefined}>
    <legend>${legend}</legend>${options.map(option)}<${Wrong} id=${id} text=${wrong} /></fieldset>`;
}

/** Yes or no. */
export function Check({ label, hint, wrong, checked, onChange, ...more }) {
  const id = useMemo(newId, []);
  const described = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  return html`<div class="check"><input type="checkbox" id=${id} checked=${checked}
    aria-invalid=${wrong ? "true" : undefined} aria-describedby=${described || undefined}
      onChange=${(event) => onChange(event.target.checked)} ...${more} />
    <div><label for=${id}>${label}</label>${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
      <${Wrong} id=${`${id}-wrong`} text=${wrong} /></div></div>`;
}

/** A secret above the screen, which is not shown again: only the button below leads on. */
export function ShownOnce({ title, lead, label, value, hint = t.onlyOnce, copy, onDone }) {
  return html`<${Dialog} title=${title}><p>${lead}</p>
    <${Field} of="textarea" class="once" label=${label} hint=${hint} readonly spellcheck=${false} value=${value}
      onFocus=${(event) => event.target.select()} />
    <div class="actions"><${Copy} text=${value} label=${copy} isWord />
      <button type="button" onClick=${onDone}>${t.done}</button></div><//>`;
}
