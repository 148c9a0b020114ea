// The users of the company, whom an owner looks after.
import { html, useState } from "./view.js";
import { getAll } from "./api.js";
import { useLoaded } from "./asking.js";
import { Icon } from "./icons.js";
import { Avatar } from "./people.js";
import { Problem } from "./problem.js";
import { go, hrefOf } from "./router.js";
import { useSession } from "./session.js";
import { LinkDialog, calledOf } from "./settings_link.js";
import { Back, Head } from "./settings_parts.js";
import { User } from "./settings_user.js";
import { UserForm } from "./settings_user_form.js";
import { shell } from "./texts.js";
import { byName, users as t } from "./texts_settings.js";

const PLACE = ["settings", "users"];

function Row({ user, isOwn }) {
  const marks = [isOwn && t.you, !user.is_active && t.off,
    user.is_active && !user.has_password && t.invited, user.has_totp && t.hasCodes].filter(Boolean);
  return html`<li><a class="thing" href=${hrefOf([...PLACE, user.id])}>
    <${Avatar} contact=${{ display_name: calledOf(user) }} />
    <span class="what"><bdi class="name">${calledOf(user)}</bdi>
      ${user.name && html`<span class="dim small">${user.email}</span>`}</span>
    <span class="marks">${marks.map((mark) => html`<span class="tag">${mark}</span>`)}</span>
      <span class="side-text">${shell.roles[user.role]}</span></a></li>`;
}

function List() {
  const { loaded: found, refusal, again } = useLoaded(() => getAll("users"));
  const { open } = useSession();
  const sorted = found?.toSorted((one, other) => byName(calledOf(one), calledOf(other)));
  return html`<${Head} title=${t.title} lead=${t.lead}><a class="button main" href=${hrefOf([...PLACE, "new"])}>
    <${Icon} name="add" />${t.invite}</a><//>
    ${refusal && html`<${Problem} refusal=${refusal} retry=${again} />`}
    ${sorted && html`<ul class="list rows things">${sorted.map((user) => html`<${Row} key=${user.id} user=${user}
      isOwn=${user.id === open.user.id} />`)}</ul>`}`;
}

function NewUser() {
  const [made, setMade] = useState(null);
  const done = () => go(hrefOf(PLACE));
  return html`<${Back} to="users" title=${t.title} /><${Head} title=${t.invite} lead=${t.inviteLead} />
    <${UserForm} user=${null} onSaved=${setMade} onCancel=${done} />
    ${made && html`<${LinkDialog} user=${made} given=${made} onDone=${done} />`}`;
}

export function Users({ route }) {
  const [, id] = route.rest;
  if (id === "new") return html`<${NewUser} />`;
  return id ? html`<${User} key=${id} id=${id} />` : html`<${List} />`;
}
