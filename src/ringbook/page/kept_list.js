// The list as it was left, so that Back shows it at once and at the same place. What changes meanwhile changes in it.
import { withThePerson } from "./session.js";

let kept = null; // {key, state, id, at, href}
const FRESH = 120_000;
withThePerson(() => { kept = null; });

export const keepList = (key, state, id) => { kept = { key, state, id, at: Date.now(), href: location.hash }; };

/** What was kept for the key, null where it is old or another's. */
export function keptList(key) {
  return kept?.key === key && Date.now() - kept.at < FRESH ? kept : null;
}

/** Where the list is that was left last. */
export const hrefOfList = () => kept?.href ?? "#/contacts";

export const dropList = () => { kept &&= { ...kept, key: "" }; };

/** The contact is now like this; null: it is not in the list any more. */
export function changeInList(id, contact) {
  if (!kept?.state.contacts) return;
  const contacts = kept.state.contacts.flatMap((one) => (one.id !== id ? [one] : contact ? [contact] : []));
  kept = { ...kept, state: { ...kept.state, contacts } };
}
