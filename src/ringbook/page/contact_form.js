// A contact that is being made or changed.
import { html, useLayoutEffect, useRef, useState } from "./view.js";
import { ask, get, onceKey } from "./api.js";
import { Addresses } from "./contact_addresses.js";
import { Conflict } from "./contact_conflict.js";
import { LISTS, TEXTS, byKey, changesOf, draftOf, emptyDraft } from "./contact_draft.js";
import { Confirm } from "./dialog.js";
import { Field, focusFirstWrong } from "./field.js";
import { fieldsOf, textOf } from "./problem.js";
import { useGuard } from "./router.js";
import { TagBox } from "./tag_box.js";
import { common, contact as t } from "./texts.js";

const LONGEST = { first_name: 100, last_name: 100, display_name: 200, company: 200, job_title: 100 };

/** `contact` and its `etag` are what was read, null for a new one; `onSaved` is given the contact and its new etag. */
export function ContactForm({ contact, etag, given, onSaved, onCancel }) {
  const [base, setBase] = useState(() => draftOf(contact ?? {}));
  const [draft, setDraft] = useState(() => (contact ? draftOf(contact) : emptyDraft(given)));
  const [wrong, setWrong] = useState({}), [isBusy, setBusy] = useState(false);
  const [theirs, setTheirs] = useState(null); // {contact, etag} of who was faster
  const [leave, setLeave] = useState(null);
  const form = useRef(null), once = useRef(onceKey()), isShown = useRef(true), tag = useRef(etag);
  const isDirty = Object.keys(changesOf(base, draft)).length > 0;
  useGuard(isDirty, (goOn) => setLeave(() => goOn));

  useLayoutEffect(() => {
    form.current.querySelector("input").focus();
    return () => { isShown.current = false; };
  }, []);

  const change = (part) => setDraft((now) => ({ ...now, ...part }));

  async function send(changed) {
    if (!contact) return ask("POST", "contacts", { body: changed, headers: once.current(changed) });
    return ask("PUT", `contacts/${contact.id}`, { body: changed, headers: { "If-Match": tag.current } });
  }

  async function save(now = draft, before = base) {
    const changed = changesOf(before, now);
    if (contact && !Object.keys(changed).length) return onCancel();
    const focused = document.activeElement;
    setBusy(true); // nothing can be typed until the answer is there: it would be lost
    setWrong({});
    try {
      const { data, etag: newTag } = await send(changed);
      return isShown.current && onSaved(data, newTag);
    } catch (refusal) {
      setBusy(false);
      requestAnimationFrame(() => focused.focus());
      if (refusal.kind === "changed") return meet();
      const fields = byKey(now, fieldsOf(refusal));
      setWrong({ ...fields, "": Object.keys(fields).length ? t.notSaved : textOf(refusal) });
      return focusFirstWrong(form.current);
    }
  }

  /** Somebody else was faster: see what they have done. */
  async function meet() {
    try {
      const { data, etag: newTag } = await ask("GET", `contacts/${contact.id}`);
      const history = await get(`contacts/${contact.id}/history`, { page_size: "1" });
      setTheirs({ contact: data, etag: newTag, change: history.result[0] });
    } catch (refusal) {
      setWrong({ "": textOf(refusal) });
    }
  }

  const settle = (chosen) => {
    const fresh = draftOf(theirs.contact);
    setDraft(chosen);
    setBase(fresh);
    setTheirs(null);
    tag.current = theirs.etag;
    save(chosen, fresh);
  };

  const submit = (event) => {
    event.preventDefault();
    if (!isBusy) save();
  };
  return html`<form class="contact-form" ref=${form} onSubmit=${submit} novalidate>
    ${wrong[""] && html`<p class="problem" role="alert">${wrong[""]}</p>`}
    <div class="card" inert=${isBusy}><div class="grid">${TEXTS.map((name) => html`<${Field} key=${name} label=${t.fields[name]}
      hint=${t.hints[name]} name=${name} wide=${name === "display_name"} dir="auto" autocomplete="off"
      maxlength=${LONGEST[name]} value=${draft[name]} wrong=${wrong[name]}
      onInput=${(event) => change({ [name]: event.target.value })} />`)}</div></div>
    <div class="card" inert=${isBusy}>${Object.keys(LISTS).map((list) => html`<${Addresses} key=${list} list=${list}
      entries=${draft[list]} wrong=${wrong} onChange=${(entries) => change({ [list]: entries })} />`)}</div>
    <div class="card" inert=${isBusy}><${TagBox} ids=${draft.tag_ids} wrong=${wrong.tag_ids}
        onChange=${(turn) => setDraft((now) => ({ ...now, tag_ids: turn(now.tag_ids) }))} />
      <${Field} label=${t.fields.notes} of="textarea" name="notes" rows="4" dir="auto" maxlength="65536"
        value=${draft.notes} wrong=${wrong.notes} onInput=${(event) => change({ notes: event.target.value })} /></div>
    <div class="actions foot"><button class="main" disabled=${isBusy}>${common.save}</button><button type="button"
      onClick=${onCancel}>${common.cancel}</button></div>
    ${theirs && html`<${Conflict} base=${base} mine=${draft} theirs=${draftOf(theirs.contact)} change=${theirs.change}
      onSettle=${settle} onClose=${() => setTheirs(null)} />`}
    ${leave && html`<${Confirm} title=${t.leaveTitle} action=${t.leave} isBad onYes=${leave}
      onNo=${() => setLeave(null)}><p>${t.leaveLead}</p><//>`}
  </form>`;
}
