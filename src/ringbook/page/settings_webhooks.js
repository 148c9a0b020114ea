// The webhooks of the company: listed, made, and each by itself.
import { html, useState } from "./view.js";
import { del, get, getAll, post } from "./api.js";
import { focusMain, useAct, useLoaded } from "./asking.js";
import { Confirm } from "./dialog.js";
import { Icon } from "./icons.js";
import { Problem } from "./problem.js";
import { go, hrefOf } from "./router.js";
import { Deliveries } from "./settings_deliveries.js";
import { Back, Head, ShownOnce } from "./settings_parts.js";
import { EVENTS, WebhookForm } from "./settings_webhook_form.js";
import { settings, webhooks as t } from "./texts_settings.js";
import { say } from "./toast.js";

const PLACE = ["settings", "webhooks"];

function Row({ webhook }) {
  const told = webhook.events.length === EVENTS.length
    ? t.all : webhook.events.map((event) => t.events[event]).join(", ");
  return html`<li><a class="thing" href=${hrefOf([...PLACE, webhook.id])}><span class="what">
    <bdi class="name">${webhook.url}</bdi><span class="dim small">${told}</span></span>
    <span class=${`tag ${webhook.is_active ? "delivered" : webhook.disabled_reason ? "failed" : "off"}`}>
      ${webhook.is_active ? t.on : t.off}</span></a></li>`;
}

function List() {
  const { loaded: found, refusal, again } = useLoaded(() => getAll("webhooks"));
  return html`<${Head} title=${t.title} lead=${t.lead}><a class="button main" href=${hrefOf([...PLACE, "new"])}>
    <${Icon} name="add" />${t.add}</a><//>
    ${refusal && html`<${Problem} refusal=${refusal} retry=${again} />`}
    ${found?.length > 0 && html`<ul class="list rows things">${found.map((webhook) => html`<${Row} key=${webhook.id}
      webhook=${webhook} />`)}</ul>`}
    ${found?.length === 0 && html`<div class="empty"><h3>${t.none}</h3><p class="lead">${t.noneLead}</p></div>`}`;
}

function Secret({ secret, onDone }) {
  return html`<${ShownOnce} title=${t.secretTitle} lead=${t.secretLead} label=${t.secret} value=${secret}
    copy=${t.copySecret} onDone=${onDone} />`;
}

function NewWebhook() {
  const [made, setMade] = useState(null);
  return html`<${Back} to="webhooks" title=${t.title} /><${Head} title=${t.add} />
    <${WebhookForm} webhook=${null} onSaved=${setMade} onCancel=${() => go(hrefOf(PLACE))} />
    ${made && html`<${Secret} secret=${made.secret} onDone=${() => go(hrefOf([...PLACE, made.id]))} />`}`;
}

function Rotation({ webhook }) {
  const [asks, setAsks] = useState(false), [secret, setSecret] = useState("");
  const { act, refusal } = useAct();
  const rotate = () => {
    setAsks(false);
    act(async () => setSecret((await post(`webhooks/${webhook.id}/rotate`)).secret));
  };
  return html`<section class="card"><h3>${t.secret}</h3><p>${t.secretText}</p>
    ${refusal && html`<${Problem} refusal=${refusal} />`}
    <button type="button" onClick=${() => setAsks(true)}>${t.rotate}</button>
    ${asks && html`<${Confirm} title=${t.rotateTitle} action=${t.rotate} onYes=${rotate} onNo=${() => setAsks(false)}>
      <p>${t.rotateLead}</p><//>`}
    ${secret && html`<${Secret} secret=${secret} onDone=${() => setSecret("")} />`}</section>`;
}

function Removal({ webhook }) {
  const [asks, setAsks] = useState(false);
  const { act, refusal } = useAct();
  const remove = () => {
    setAsks(false);
    act(async () => {
      await del(`webhooks/${webhook.id}`);
      go(hrefOf(PLACE));
      say(t.removed);
    });
  };
  return html`<section class="card"><h3>${t.remove}</h3><p>${t.removeLead}</p>
    ${refusal && html`<${Problem} refusal=${refusal} />`}
    <button type="button" class="danger" onClick=${() => setAsks(true)}>${t.remove}</button>
    ${asks && html`<${Confirm} title=${t.removeTitle} action=${t.removeYes} isBad onYes=${remove}
      onNo=${() => setAsks(false)}><p><bdi>${webhook.url}</bdi></p><p>${t.removeLead}</p><//>`}</section>`;
}

function Webhook({ id }) {
  const { loaded: webhook, setLoaded, refusal, again } = useLoaded(() => get(`webhooks/${encodeURIComponent(id)}`));
  const saved = (now) => {
    setLoaded(now);
    say(settings.saved);
    focusMain();
  };
  return html`<${Back} to="webhooks" title=${t.title} />${refusal && html`<${Problem} refusal=${refusal}
    retry=${again} />`}
    ${webhook && html`<${Head} title=${webhook.url} />
      ${webhook.disabled_reason && html`<p class="warning">${t.stopped(webhook.disabled_reason)}</p>`}
      <${WebhookForm} key=${webhook.tm_update} webhook=${webhook} onSaved=${saved} />
      <${Deliveries} webhook=${webhook} /><${Rotation} webhook=${webhook} /><${Removal} webhook=${webhook} />`}`;
}

export function Webhooks({ route }) {
  const [, id] = route.rest;
  if (id === "new") return html`<${NewWebhook} />`;
  return id ? html`<${Webhook} key=${id} id=${id} />` : html`<${List} />`;
}
