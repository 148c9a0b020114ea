// Who is invited, or what is changed of a user.
import { html, useRef, useState } from "./view.js";
import { post, put } from "./api.js";
import { Field, focusFirstWrong } from "./field.js";
import { Check, Choices, changesOf, wrongOf } from "./settings_parts.js";
import { common, shell } from "./texts.js";
import { users as t } from "./texts_settings.js";

const ROLES = ["agent", "manager", "owner"];
const NEW = { name: "", email: "", role: "agent", is_active: true };

/** `user` is null for a new one; `onSaved` is given what the API answers. */
export function UserForm({ user, onSaved, onCancel }) {
  const [given, setGiven] = useState(() => ({ ...NEW, ...user }));
  const [wrong, setWrong] = useState({}), [isBusy, setBusy] = useState(false);
  const form = useRef(null);
  const changed = changesOf(NEW, user, given);

  async function submit(event) {
    event.preventDefault();
    if (isBusy || !Object.keys(changed).length) return;
    setBusy(true);
    setWrong({});
    try {
      onSaved(await (user ? put(`users/${user.id}`, changed) : post("users", changed)));
    } catch (refusal) {
      const last = "role" in changed ? "role" : "is_active";
      setWrong(wrongOf(refusal, { USER_EMAIL_EXISTS: "email", INVALID_EMAIL_ADDRESS: "email", LAST_OWNER: last }));
      focusFirstWrong(form.current);
    }
    setBusy(false);
  }

  const input = (name, more) => html`<${Field} name=${name} value=${given[name]} wrong=${wrong[name]} autocomplete="off"
    onInput=${(event) => setGiven({ ...given, [name]: event.target.value })} ...${more} />`;
  return html`<form class="card" ref=${form} onSubmit=${submit} novalidate>
    ${wrong[""] && html`<p class="problem" role="alert">${wrong[""]}</p>`}
    ${input("name", { label: t.name, dir: "auto", maxlength: 255 })}
    ${input("email", { label: t.email, hint: t.emailHint, type: "email", maxlength: 254 })}
    <${Choices} legend=${t.role} name="role" value=${given.role} wrong=${wrong.role}
      options=${ROLES.map((role) => [role, shell.roles[role], t.roles[role]])}
      onChange=${(role) => setGiven({ ...given, role })} />
    ${user && html`<${Check} label=${t.isActive} hint=${t.isActiveHint} checked=${given.is_active}
      wrong=${wrong.is_active} onChange=${(isActive) => setGiven({ ...given, is_active: isActive })} />`}
    <div class="actions"><button class="main"
      disabled=${isBusy || !Object.keys(changed).length}>${user ? common.save : t.inviteSubmit}</button>
      ${onCancel && html`<button type="button" onClick=${onCancel}>${common.cancel}</button>`}</div></form>`;
}
