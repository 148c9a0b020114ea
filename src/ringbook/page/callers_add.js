// The dialog that adds a caller's number, or address, to a contact that is there.
import { html, useState } from "./view.js";
import { post } from "./api.js";
import { contactsOf } from "./contacts_source.js";
import { Dialog } from "./dialog.js";
import { usePages } from "./paged.js";
import { Avatar, shownName } from "./people.js";
import { Problem } from "./problem.js";
import { callers as t } from "./texts_calls.js";
import { common } from "./texts.js";

const PATHS = { phone: "phone-numbers", email: "emails" };
const bodyOf = ({ kind, value }) => (kind === "phone" ? { number: value } : { address: value });

/** `wanted` is {kind, value}; `onDone` is given the contact that has it now. */
export function AddToContact({ wanted, onDone, onClose }) {
  const [q, setQ] = useState(""), [refusal, setRefusal] = useState(null), [isBusy, setBusy] = useState(false);
  const asked = { q: q.trim(), tag: "", source: "" };
  const pages = usePages(asked.q, async (after, signal) => {
    const page = await contactsOf(asked, after, signal);
    return { ...page, contacts: page.contacts.slice(0, 8) };
  }, { isTyped: true });
  const choose = async (contact) => {
    setBusy(true);
    setRefusal(null);
    try {
      onDone(await post(`contacts/${contact.id}/${PATHS[wanted.kind]}`, bodyOf(wanted)));
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };
  const { contacts } = pages;
  const moreOf = ({ company, phone_numbers: numbers, emails }, name) =>
    [company, numbers[0]?.number, emails[0]?.address].find((text) => text && text !== name);
  const option = (contact) => html`<li key=${contact.id}><button type="button" class="quiet choice" disabled=${isBusy}
    onClick=${() => choose(contact)}>
    <${Avatar} contact=${contact} /><span><bdi class="name">${shownName(contact)}</bdi>
      <bdi class="dim small">${moreOf(contact, shownName(contact))}</bdi></span></button></li>`;
  return html`<${Dialog} title=${t.addTitle} onClose=${onClose}>
    <p class="dim">${t.addLead(wanted.value)}</p>
    <input type="search" aria-label=${t.search} placeholder=${t.search} autocomplete="off" maxlength="200"
      value=${q} autofocus onInput=${(event) => setQ(event.target.value)} />
    <p class="unseen" role="status">${contacts && !pages.isBusy ? t.found(contacts.length) : ""}</p>
    ${(refusal || pages.refusal) && html`<${Problem} refusal=${refusal ?? pages.refusal}
      retry=${refusal ? undefined : pages.again} />`}
    <ul class="choices" aria-label=${t.choices}>${contacts?.map(option)}</ul>
    ${contacts?.length === 0 && !pages.isBusy && q.trim() && html`<p class="dim">${t.none(q.trim())}</p>`}
    <div class="actions"><button type="button" onClick=${onClose}>${common.cancel}</button></div><//>`;
}
