// One contact: read, and changed in the same place.
import { html, useEffect, useState } from "./view.js";
import { ask, del, post } from "./api.js";
import { ContactForm } from "./contact_form.js";
import { ContactView } from "./contact_view.js";
import { Icon } from "./icons.js";
import { changeInList, dropList, hrefOfList } from "./kept_list.js";
import { Avatar, nameOf, shownName } from "./people.js";
import { Loading, Problem, textOf } from "./problem.js";
import { go, hrefOf } from "./router.js";
import { may } from "./session.js";
import { common, contact as t, contacts } from "./texts.js";
import { say } from "./toast.js";

const placeOf = (id, ...rest) => hrefOf(["contacts", id, ...rest]);

/** The way back to the list as it was left. */
export function BackToContacts() {
  return html`<p class="backlink"><a href=${hrefOfList()}><${Icon} name="back" />${contacts.title}</a></p>`;
}

/** What had the focus is not there any more. */
const focusMain = () => requestAnimationFrame(() => document.getElementById("main")?.focus());

function Head({ contact, children }) {
  const name = shownName(contact);
  const under = [contact.job_title, contact.company !== nameOf(contact) && contact.company].filter(Boolean);
  return html`<header class="contact-head"><${Avatar} contact=${contact} isLarge />
    <div><h1><bdi>${name}</bdi></h1>${under.length > 0 && html`
      <p class="lead">${under.map((text, place) => html`${place > 0 && " · "}<bdi>${text}</bdi>`)}</p>`}</div>
    <div class="buttons">${children}</div></header>`;
}

/** A contact that does not exist yet. */
export function NewContact({ route }) {
  const given = Object.fromEntries(["name", "number", "email"].map((key) => [key, route.query.get(key) ?? ""]));
  const saved = (contact) => {
    dropList();
    go(placeOf(contact.id), { isSame: true, isFree: true });
    focusMain();
    say(t.saved);
  };
  return html`<${BackToContacts} /><div class="title"><h1>${contacts.add}</h1></div>
    <${ContactForm} contact=${null} given=${given} onSaved=${saved} onCancel=${() => go(hrefOfList())} />`;
}

export function Contact({ route }) {
  const [id, mode] = route.rest;
  const [read, setRead] = useState(null); // {contact, etag}
  const [refusal, setRefusal] = useState(null);

  useEffect(() => {
    const stop = new AbortController();
    setRead(null);
    load(stop.signal);
    return () => stop.abort();
  }, [id]);

  async function load(signal) {
    setRefusal(null);
    try {
      const { data, etag } = await ask("GET", `contacts/${encodeURIComponent(id)}`, { signal });
      setRead({ contact: data, etag });
      document.title = `${shownName(data)} – ${common.product}`;
    } catch (error) {
      if (error.name !== "AbortError") setRefusal(error);
    }
  }

  const leaveForm = () => {
    go(placeOf(id), { isSame: true, isFree: true });
    focusMain();
  };
  const saved = (contact, etag) => {
    setRead({ contact, etag });
    changeInList(id, contact);
    leaveForm();
    say(t.saved);
  };
  const restore = async () => {
    try {
      await post(`contacts/${id}/restore`);
      dropList();
      go(placeOf(id));
    } catch (error) {
      say(textOf(error));
    }
  };
  const remove = async () => {
    try {
      await del(`contacts/${id}`, { "If-Match": read.etag });
      changeInList(id, null);
      go(hrefOfList());
      say(t.deleted(shownName(read.contact)), t.undo, restore);
    } catch (error) {
      setRefusal(error);
    }
  };
  const again = () => load();

  if (!read) return html`<${BackToContacts} />${!refusal && html`<${Loading} />`}${refusal && html`
    <div class="title"><h1>${t.title}</h1></div><${Problem} refusal=${refusal} retry=${again} />
    ${refusal.kind === "gone" && html`<p><a href="#/contacts/trash">${t.lookInTrash}</a></p>`}`}`;
  const { contact, etag } = read;
  const isEdited = mode === "edit" && may("write");
  return html`<${BackToContacts} />
    <${Head} contact=${contact}>${!isEdited && may("write") && html`<button type="button" class="quiet"
      onClick=${remove}><${Icon} name="trash" />${t.remove}</button>
      <a class="button main" href=${placeOf(id, "edit")}
        onClick=${(event) => { event.preventDefault(); go(placeOf(id, "edit"), { isSame: true }); }}>
          <${Icon} name="edit" />${t.edit}</a>`}<//>
    ${refusal && html`<${Problem} refusal=${refusal} retry=${again} />`}
    ${isEdited ? html`<${ContactForm} contact=${contact} etag=${etag} onSaved=${saved} onCancel=${leaveForm} />`
      : html`<${ContactView} contact=${contact} />`}`;
}
