// What a contact is called, and how it is shown in a few words.
import { html } from "./view.js";
import { contacts as t } from "./texts.js";

/** What a contact is called: the name shown, else first and last name, else the company; '' for none. */
export function nameOf(contact) {
  return contact.display_name.trim() || `${contact.first_name} ${contact.last_name}`.trim() || contact.company.trim();
}

/** What stands for a contact where something must. */
export function shownName(contact) {
  return nameOf(contact) || contact.phone_numbers[0]?.number || contact.emails[0]?.address || t.noName;
}

/** One or two letters for the round sign beside a name. */
export function initialsOf(contact) {
  const words = nameOf(contact).split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const letters = [words[0], words.length > 1 && words.at(-1)].filter(Boolean).map((word) => [...word][0]);
  return letters.join("").toLocaleUpperCase();
}

export function Avatar({ contact, isLarge }) {
  return html`<span class=${`avatar${isLarge ? " large" : ""}`}
    aria-hidden="true">${initialsOf(contact) || "#"}</span>`;
}
