// What a webhook has sent of late, and what came of it.
import { html } from "./view.js";
import { get, post } from "./api.js";
import { useAct, useLoaded } from "./asking.js";
import { Problem } from "./problem.js";
import { hrefOf } from "./router.js";
import { timeOf } from "./texts.js";
import { untilOf, webhooks as t } from "./texts_settings.js";
import { say } from "./toast.js";

function Delivery({ delivery }) {
  const { state, status } = delivery;
  const isWaiting = state === "pending" && delivery.attempts > 0;
  const result = status ? t.answered(status, delivery.milliseconds) : delivery.attempts ? t.noAnswer : "";
  const fact = (name, value) => value && html`<dt>${name}</dt><dd>${value}</dd>`;
  return html`<li><details><summary><span class=${`tag ${isWaiting ? "failed" : state}`}>
    ${isWaiting ? t.waits : t.states[state]}</span>
      <span class="what">${t.messages[delivery.type] ?? delivery.type}</span><span class="dim small">${result}</span>
      <time class="dim small" datetime=${delivery.tm_create}>${timeOf(delivery.tm_create)}</time></summary>
    <dl>${fact(t.contact, delivery.contact_id && html`<a href=${hrefOf(["contacts", delivery.contact_id])}>
      ${t.lookAt}</a>`)}
      ${fact(t.attempts, String(delivery.attempts))}
      ${fact(t.lastAttempt, delivery.tm_attempt && untilOf(delivery.tm_attempt))}
      ${fact(t.next, state === "pending" && delivery.tm_next && untilOf(delivery.tm_next))}
      ${fact(t.error, delivery.error)}${fact(t.answer, status && html`<code>
        ${delivery.answer || t.emptyAnswer}</code>`)}
      ${fact(t.id, html`<code>${delivery.id}</code>`)}</dl></details></li>`;
}

export function Deliveries({ webhook }) {
  const path = `webhooks/${webhook.id}`;
  const { loaded: found, refusal, again } = useLoaded(async () => (await get(`${path}/deliveries`)).result);
  const { act, refusal: refused } = useAct();
  const test = () => act(async () => {
    say(t.tested((await post(`${path}/test`)).state === "delivered"));
    await again();
  });
  return html`<section class="card"><div class="part-head"><div><h3>${t.deliveries}</h3>
    <p class="dim">${t.deliveriesLead}</p></div>
      <button type="button" onClick=${again}>${t.look}</button>
      <button type="button" onClick=${test}>${t.test}</button></div>
    ${(refusal ?? refused) && html`<${Problem} refusal=${refusal ?? refused} retry=${refusal && again} />`}
    ${found?.length === 0 && html`<p class="dim">${t.noDeliveries}</p>`}
    ${found?.length > 0 && html`<ul class="deliveries">${found.map((delivery) => html`<${Delivery} key=${delivery.id}
      delivery=${delivery} />`)}</ul>`}</section>`;
}
