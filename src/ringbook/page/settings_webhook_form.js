// A webhook that is made or changed: its address, what it is told of, whether it is on.
import { html, useMemo, useRef, useState } from "./view.js";
import { post, put } from "./api.js";
import { Field, Wrong, focusFirstWrong } from "./field.js";
import { Check, changesOf, wrongOf } from "./settings_parts.js";
import { common } from "./texts.js";
import { webhooks as t } from "./texts_settings.js";
import { newId } from "./view.js";

export const EVENTS = ["contact.created", "contact.updated", "contact.deleted"];
const NEW = { url: "", events: EVENTS, is_active: true };

/** What is wrong, in words for addresses and events. */
function wrongOfWebhook(refusal) {
  const wrong = wrongOf(refusal);
  const about = (name) => refusal.details.find(({ field }) => field.startsWith(name))?.message;
  if (about("url")) wrong.url = refusal.reason === "TOO_MANY_ENTRIES" ? t.tooMany : /without/.test(about("url"))
    ? t.urlSecret : t.urlWrong;
  if (about("events")) wrong.events = t.eventsNone;
  return wrong;
}

function Events({ value, wrong, onChange }) {
  const id = useMemo(newId, []);
  const toggle = (event) => onChange(EVENTS.filter((one) => (one === event) !== value.includes(one)));
  return html`<fieldset class="choices"><legend>${t.tell}</legend>${EVENTS.map((event) => html`<label class="choice">
    <input type="checkbox" checked=${value.includes(event)}
    aria-invalid=${wrong ? "true" : undefined} aria-describedby=${wrong ? id : undefined}
      onChange=${() => toggle(event)} />${t.events[event]}</label>`)}
    <${Wrong} id=${id} text=${wrong} /></fieldset>`;
}

/** `webhook` is null for a new one; `onSaved` is given what the API answers. */
export function WebhookForm({ webhook, onSaved, onCancel }) {
  const [given, setGiven] = useState(() => ({ ...NEW, ...webhook })), [wrong, setWrong] = useState({}),
    [isBusy, setBusy] = useState(false);
  const form = useRef(null);
  const changed = changesOf(NEW, webhook, given);

  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    setWrong({});
    try {
      onSaved(await (webhook ? put(`webhooks/${webhook.id}`, changed) : post("webhooks", changed)));
    } catch (refusal) {
      setWrong(wrongOfWebhook(refusal));
      focusFirstWrong(form.current);
    }
    setBusy(false);
  }
  const change = (part) => setGiven({ ...given, ...part });
  return html`<form class="card" ref=${form} onSubmit=${submit} novalidate>
    ${wrong[""] && html`<p class="problem" role="alert">${wrong[""]}</p>`}
    <${Field} label=${t.url} hint=${t.urlHint} type="url" name="url" autocomplete="off" maxlength="2000"
      value=${given.url} wrong=${wrong.url} onInput=${(event) => change({ url: event.target.value })} />
    <${Events} value=${given.events} wrong=${wrong.events} onChange=${(events) => change({ events })} />
    ${webhook && html`<${Check} label=${t.isActive} hint=${t.isActiveHint} checked=${given.is_active}
      onChange=${(isActive) => change({ is_active: isActive })} />`}
    <div class="actions"><button class="main"
      disabled=${isBusy || !Object.keys(changed).length}>${webhook ? common.save : t.submit}</button>
      ${onCancel && html`<button type="button" onClick=${onCancel}>${common.cancel}</button>`}</div></form>`;
}
