// One user: who it is, what they may do, their password, codes and sessions.
import { html, useState } from "./view.js";
import { del, get, post } from "./api.js";
import { focusMain, useAct, useLoaded } from "./asking.js";
import { Confirm } from "./dialog.js";
import { Problem } from "./problem.js";
import { go, hrefOf } from "./router.js";
import { forget, refresh, useSession } from "./session.js";
import { LinkDialog, calledOf } from "./settings_link.js";
import { Back, Head } from "./settings_parts.js";
import { Sessions } from "./settings_sessions.js";
import { UserForm } from "./settings_user_form.js";
import { settings, users as t } from "./texts_settings.js";
import { say } from "./toast.js";

function Password({ user }) {
  const [given, setGiven] = useState(null);
  const { act, refusal } = useAct();
  const make = () => act(async () => setGiven(await post(`users/${user.id}/link`)));
  const lead = !user.is_active ? t.passwordOff : user.has_password ? t.passwordSet : t.passwordNone;
  return html`<section class="card"><h3>${t.password}</h3><p>${lead}</p>
    ${refusal && html`<${Problem} refusal=${refusal} />`}
    ${user.is_active && html`<button type="button" onClick=${make}>${t.newLink}</button>`}
    ${given && html`<${LinkDialog} user=${user} given=${given} onDone=${() => setGiven(null)} />`}</section>`;
}

function Codes({ user, onChanged }) {
  const [asks, setAsks] = useState(false);
  const { act, refusal } = useAct();
  const take = () => {
    setAsks(false);
    act(async () => {
      onChanged(await del(`users/${user.id}/totp`));
      say(t.codesTaken);
      focusMain();
    });
  };
  return html`<section class="card"><h3>${t.codes}</h3><p>${user.has_totp ? t.codesOn : t.codesOff}</p>
    ${refusal && html`<${Problem} refusal=${refusal} />`}
    ${user.has_totp && html`<button type="button" onClick=${() => setAsks(true)}>${t.takeCodes}</button>`}
    ${asks && html`<${Confirm} title=${t.takeCodesTitle(calledOf(user))} action=${t.takeCodes} isBad onYes=${take}
      onNo=${() => setAsks(false)}><p>${t.takeCodesLead}</p><//>`}</section>`;
}

function Removal({ user, onRemoved }) {
  const [asks, setAsks] = useState(false);
  const { act, refusal } = useAct();
  const remove = () => {
    setAsks(false);
    act(async () => {
      await del(`users/${user.id}`);
      onRemoved();
    });
  };
  return html`<section class="card"><h3>${t.remove}</h3><p>${t.removeLead}</p>
    ${refusal && html`<${Problem} refusal=${refusal} />`}
    <button type="button" class="danger" onClick=${() => setAsks(true)}>${t.remove}</button>
    ${asks && html`<${Confirm} title=${t.removeTitle(calledOf(user))} action=${t.removeYes} isBad onYes=${remove}
      onNo=${() => setAsks(false)}><p>${t.removeLead}</p><//>`}</section>`;
}

export function User({ id }) {
  const { loaded: user, setLoaded, refusal, again } = useLoaded(() => get(`users/${encodeURIComponent(id)}`));
  const { open } = useSession();
  const isOwn = id === open.user.id;
  const saved = (now) => {
    setLoaded(now);
    say(settings.saved);
    focusMain();
    if (isOwn) (now.is_active ? refresh : forget)();
  };
  const removed = () => {
    if (isOwn) return forget();
    go(hrefOf(["settings", "users"]));
    return say(t.removed(calledOf(user)));
  };
  return html`<${Back} to="users" title=${t.title} />${refusal && html`<${Problem} refusal=${refusal}
    retry=${again} />`}
    ${user && html`<${Head} title=${calledOf(user)} />
      <${UserForm} key=${user.tm_update} user=${user} onSaved=${saved} />
      <${Password} user=${user} /><${Codes} user=${user} onChanged=${setLoaded} />
      <section class="card"><${Sessions} userId=${id} isOwn=${isOwn} key=${user.is_active} /></section>
      <${Removal} user=${user} onRemoved=${removed} />`}`;
}
