// The access keys of the company: listed, made, and revoked.
import { html, useRef, useState } from "./view.js";
import { del, getAll, post } from "./api.js";
import { focusMain, useAct, useLoaded } from "./asking.js";
import { Confirm } from "./dialog.js";
import { Field, focusFirstWrong } from "./field.js";
import { Icon } from "./icons.js";
import { Problem } from "./problem.js";
import { go, hrefOf } from "./router.js";
import { Back, Choices, Head, ShownOnce, wrongOf } from "./settings_parts.js";
import { common } from "./texts.js";
import { dayOf, keys as t } from "./texts_settings.js";
import { say } from "./toast.js";

const PLACE = ["settings", "keys"];
const DAY = 86_400_000;
/** From the least to the most: each may do what those before it may. */
const SCOPES = ["lookup", "phonebook", "read", "write", "admin"];
const SPANS = ["0", "30", "90", "365"];

const most = (scopes) => SCOPES.findLast((scope) => scopes.includes(scope));
const calledOf = (key) => key.name || t.noName;
const isOver = (key) => key.tm_expire && Date.parse(key.tm_expire) < Date.now();
const whenOf = (key) => [t.made(dayOf(key.tm_create)), key.tm_expire && t.until(dayOf(key.tm_expire))]
  .filter(Boolean).join(" · ");

function List() {
  const { loaded: found, setLoaded, refusal, again } = useLoaded(() => getAll("access-keys"));
  const [asked, setAsked] = useState(null); // the key that may be revoked
  const { act, refusal: refused } = useAct();
  const revoke = () => {
    setAsked(null);
    act(async () => {
      await del(`access-keys/${asked.id}`);
      setLoaded(found.filter((key) => key.id !== asked.id));
      say(t.revoked(calledOf(asked)));
      focusMain();
    });
  };
  const row = (key) => html`<li key=${key.id} class="thing"><span class="what"><bdi class="name">${calledOf(key)}</bdi>
    <span class="dim small"><code>${key.prefix}…</code> · ${whenOf(key)}</span></span>
    <span class="marks">${isOver(key) && html`<span class="tag">${t.over}</span>`}
      <span class="tag">${t.scopes[most(key.scopes)]}</span></span>
    <button type="button" aria-label=${t.revokeNamed(calledOf(key))}
      onClick=${() => setAsked(key)}>${t.revoke}</button></li>`;
  return html`<${Head} title=${t.title} lead=${t.lead}><a class="button main" href=${hrefOf([...PLACE, "new"])}>
    <${Icon} name="add" />${t.add}</a><//>
    ${(refusal ?? refused) && html`<${Problem} refusal=${refusal ?? refused} retry=${again} />`}
    ${found?.length > 0 && html`<ul class="list rows things">${found.map(row)}</ul>`}
    ${found?.length === 0 && html`<div class="empty"><h3>${t.none}</h3><p class="lead">${t.noneLead}</p></div>`}
    ${asked && html`<${Confirm} title=${t.revokeTitle(calledOf(asked))} action=${t.revoke} isBad onYes=${revoke}
      onNo=${() => setAsked(null)}><p>${t.revokeLead}</p><//>`}`;
}

function NewKey() {
  const [given, setGiven] = useState({ name: "", scope: "lookup", days: "0" });
  const [wrong, setWrong] = useState({}), [isBusy, setBusy] = useState(false), [made, setMade] = useState(null);
  const form = useRef(null);
  const done = () => go(hrefOf(PLACE));

  async function submit(event) {
    event.preventDefault();
    const { name, scope, days } = given;
    if (!name.trim()) {
      setWrong({ name: t.nameMissing });
      return focusFirstWrong(form.current);
    }
    setBusy(true);
    setWrong({});
    try {
      const tm_expire = days === "0" ? null : new Date(Date.now() + days * DAY).toISOString();
      setMade(await post("access-keys", { name, scopes: [scope], tm_expire }));
    } catch (refusal) {
      setWrong(wrongOf(refusal));
      focusFirstWrong(form.current);
    }
    return setBusy(false);
  }
  const change = (part) => setGiven({ ...given, ...part });
  return html`<${Back} to="keys" title=${t.title} /><${Head} title=${t.add} />
    <form class="card" ref=${form} onSubmit=${submit} novalidate>
      ${wrong[""] && html`<p class="problem" role="alert">${wrong[""]}</p>`}
      <${Field} label=${t.name} placeholder=${t.namePlaceholder} name="name" dir="auto" autocomplete="off"
        maxlength="255" value=${given.name} wrong=${wrong.name}
        onInput=${(event) => change({ name: event.target.value })} />
      <${Choices} legend=${t.scope} name="scope" value=${given.scope} wrong=${wrong.scopes}
        options=${SCOPES.map((scope) => [scope, t.scopes[scope], t.scopeHints[scope]])}
        onChange=${(scope) => change({ scope })} />
      <${Field} of="select" label=${t.expires} name="days" value=${given.days} wrong=${wrong.tm_expire}
        onChange=${(event) => change({ days: event.target.value })}>
        ${SPANS.map((days) => html`<option value=${days}>${t.spans[days]}</option>`)}<//>
      <div class="actions"><button class="main" disabled=${isBusy}>${t.submit}</button>
        <button type="button" onClick=${done}>${common.cancel}</button></div></form>
    ${made && html`<${ShownOnce} title=${t.madeTitle} lead=${t.madeLead(made.name)} label=${t.key} value=${made.token}
      copy=${t.copy} onDone=${done} />`}`;
}

export function AccessKeys({ route }) {
  return route.rest[1] === "new" ? html`<${NewKey} />` : html`<${List} />`;
}
