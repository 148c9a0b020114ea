// The screen of contacts: which part of it a place shows.
import { html } from "./view.js";
import { Contact, NewContact } from "./contact.js";
import { ContactsList } from "./contacts_list.js";
import { Trash } from "./trash.js";

export default function Screen({ route }) {
  const [id] = route.rest;
  if (!id) return html`<${ContactsList} route=${route} />`;
  if (id === "new") return html`<${NewContact} route=${route} />`;
  if (id === "trash") return html`<${Trash} />`;
  return html`<${Contact} key=${id} route=${route} />`;
}
