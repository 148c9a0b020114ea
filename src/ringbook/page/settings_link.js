// What a user is called, and the one-time link by which they choose a password.
import { html } from "./view.js";
import { here, isLocal } from "./here.js";
import { ShownOnce } from "./settings_parts.js";
import { untilOf, users as t } from "./texts_settings.js";

const DAY = 86_400_000;

export const calledOf = (user) => user.name || user.email || t.noName;

/** The link at the address that the page itself is at: the API may know another one, behind a proxy. */
const linkHere = (link) => here().href + link.slice(link.indexOf("#"));

/** `given` has the link, and when it expires: one of a new user is as old as the user. */
export function LinkDialog({ user, given, onDone }) {
  const until = given.tm_expire ?? new Date(Date.parse(given.tm_create) + DAY);
  return html`<${ShownOnce} title=${t.linkTitle(calledOf(user))} lead=${t.linkLead(calledOf(user))} label=${t.link}
    value=${linkHere(given.link)}
    hint=${[t.linkUntil(untilOf(until)), isLocal(here()) && t.linkNotReached].filter(Boolean).join(" ")} copy=${t.copyLink} onDone=${onDone} />`;
}
