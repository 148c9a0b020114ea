// The screen of contacts: which part of it a place shows.
import { html } from "./view.js";
import { ContactsList } from "./contacts_list.js";
import { Later } from "./later.js";

export default function Screen({ route }) {
  const [id] = route.rest;
  if (!id) return html`<${ContactsList} route=${route} />`;
  return html`<${Later} name="contacts" />`;
}
