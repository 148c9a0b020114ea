// What the parts of the settings are made of.
import { html, useEffect, useMemo, useRef, useState } from "./view.js";
import { Copy } from "./copy.js";
import { Dialog } from "./dialog.js";
import { Field, Wrong } from "./field.js";
import { Icon } from "./icons.js";
import { fieldsOf, textOf } from "./problem.js";
import { hrefOf } from "./router.js";
import { settings as t } from "./texts_settings.js";
import { newId } from "./view.js";

/** What `load` answers, null until it does; `again` asks anew, and may be given what is there now. */
export function useLoaded(load) {
  const [loaded, setLoaded] = useState(null), [refusal, setRefusal] = useState(null);
  const again = async () => {
    setRefusal(null);
    try {
      setLoaded(await load());
    } catch (error) {
      setRefusal(error);
    }
  };
  useEffect(() => { again(); }, []);
  return { loaded, setLoaded, refusal, again };
}

/**
 * Do something that the API may refuse: `act` answers what `work` does, undefined where it was refused. A second click
 * meanwhile does nothing; the button is not disabled, as it would lose the cursor.
 */
export function useAct() {
  const [refusal, setRefusal] = useState(null);
  const isBusy = useRef(false);
  const act = async (work) => {
    if (isBusy.current) return undefined;
    isBusy.current = true;
    setRefusal(null);
    try {
      return await work();
    } catch (error) {
      setRefusal(error);
      return undefined;
    } finally {
      isBusy.current = false;
    }
  };
  return { act, refusal };
}

/** What had the cursor is not there any more. */
export const focusMain = () => requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }));

/** What is wrong with each field, "" of the whole; `own` are the fields of refusals that name none, by their reason. */
export function wrongOf(refusal, own = {}) {
  if (own[refusal.reason]) return { [own[refusal.reason]]: textOf(refusal), "": t.notSaved };
  const fields = fieldsOf(refusal);
  return { ...fields, "": Object.keys(fields).length ? t.notSaved : textOf(refusal) };
}

export function Back({ to, title }) {
  return html`<p class="backlink"><a href=${hrefOf(["settings", to])} aria-label=${t.back(title)}><${Icon} name="back" />${title}</a></p>`;
}

/** The title of a part, with what can be done in it. */
export function Head({ title, lead, children }) {
  return html`<div class="part-head"><div><h2><bdi>${title}</bdi></h2>${lead && html`<p class="dim">${lead}</p>`}</div>${children}</div>`;
}

/** One of several, each [value, title, hint]. */
export function Choices({ legend, name, options, value, wrong, onChange }) {
  const id = useMemo(newId, []);
  const option = ([key, title, hint]) => html`<label class="choice"><input type="radio" name=${name} checked=${key === value} onChange=${() => onChange(key)} />
    <span>${title}${hint && html`<span class="hint">${hint}</span>`}</span></label>`;
  return html`<fieldset class="choices" role="radiogroup" tabindex="-1" aria-invalid=${wrong ? "true" : undefined} aria-describedby=${wrong ? id : undefined}>
    <legend>${legend}</legend>${options.map(option)}<${Wrong} id=${id} text=${wrong} /></fieldset>`;
}

/** Yes or no. */
export function Check({ label, hint, wrong, checked, onChange, ...more }) {
  const id = useMemo(newId, []);
  const described = [hint && `${id}-hint`, wrong && `${id}-wrong`].filter(Boolean).join(" ");
  return html`<div class="check"><input type="checkbox" id=${id} checked=${checked} aria-invalid=${wrong ? "true" : undefined} aria-describedby=${described || undefined}
      onChange=${(event) => onChange(event.target.checked)} ...${more} />
    <div><label for=${id}>${label}</label>${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}<${Wrong} id=${`${id}-wrong`} text=${wrong} /></div></div>`;
}

/** A secret above the screen, which is not shown again: only the button below leads on. */
export function ShownOnce({ title, lead, label, value, hint = t.onlyOnce, copy, onDone }) {
  return html`<${Dialog} title=${title}><p>${lead}</p>
    <${Field} of="textarea" class="once" label=${label} hint=${hint} readonly spellcheck=${false} value=${value} onFocus=${(event) => event.target.select()} />
    <div class="actions"><${Copy} text=${value} label=${copy} isWord /><button type="button" onClick=${onDone}>${t.done}</button></div><//>`;
}
