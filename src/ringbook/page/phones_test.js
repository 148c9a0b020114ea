// A test call: what a phone would show of a number, and why.
import { html, useState } from "./view.js";
import { get } from "./api.js";
import { Field } from "./field.js";
import { Icon } from "./icons.js";
import { Problem, fieldTextOf } from "./problem.js";
import { hrefOf } from "./router.js";
import { may } from "./session.js";
import { testCall as t } from "./texts_phones.js";

function Reading({ reading, isShown }) {
  const { number, contact } = reading;
  return html`<li class=${isShown ? "shown" : ""}><bdi>${number}</bdi> ${contact ? html`<span>
    <a href=${hrefOf(["contacts", contact.id])}><bdi>${contact.name || number}</bdi></a>, ${t.has} <bdi>
    ${contact.number}</bdi></span>`
    : html`<span class="dim">${t.nobody}</span>`}${isShown && html`<strong class="tag">${t.shown}</strong>`}</li>`;
}

function Answer({ phone, found }) {
  const { callerid, readings, error } = found;
  const shown = readings.find(({ contact }) => contact);
  const lead = error ? t.noNumberLead : !shown ? t.aloneLead : "";
  return html`<p class="unseen" role="status">${t.result(callerid.name, phone)}</p>
    <div class="answer"><div class="display" role="group" aria-label=${t.display}><${Icon} name="phones" />
        <p><bdi class=${callerid.name ? "name" : "name dim"}>${callerid.name || t.alone}</bdi>
          ${callerid.company && callerid.company !== callerid.name && html`<bdi class="dim">
          ${callerid.company}</bdi>`}<bdi>${phone}</bdi></p></div>
      <div class="why"><h3>${t.why}</h3>${lead && html`<p>${lead}</p>`}
        ${error && html`<p class="dim">${fieldTextOf(error.message)}</p>`}
        ${readings.length > 0 && html`<p class="dim">${t.readings}</p><ol>${readings.map((reading) => html`<${Reading}
          reading=${reading} isShown=${reading === shown} />`)}</ol>`}
        ${!shown && readings.length > 0 && may("write") && html`<a class="button"
          href=${hrefOf(["contacts", "new"], { number: readings[0].number })}><${Icon} name="add" />${t.add}</a>`}</div>
          </div>`;
}

export function TestCall() {
  const [phone, setPhone] = useState(""), [answer, setAnswer] = useState(null), [refusal, setRefusal] = useState(null);
  const call = async (event) => {
    event?.preventDefault();
    if (!phone.trim()) return;
    setRefusal(null);
    try {
      setAnswer({ phone: phone.trim(), found: await get("callerid/explain", { phone: phone.trim() }) });
    } catch (error) {
      if (error.name !== "AbortError") setRefusal(error);
    }
  };
  return html`<section><h2>${t.title}</h2><p class="dim">${t.lead}</p><div class="card">
    <form class="call-form" onSubmit=${call}><${Field} label=${t.number} type="text" inputmode="tel" autocomplete="off"
      maxlength="200" value=${phone} onInput=${(event) => setPhone(event.target.value)} />
      <button class="main">${t.submit}</button></form>
    ${refusal && html`<${Problem} refusal=${refusal} retry=${() => call()} />`}
    ${answer && html`<${Answer} ...${answer} />`}</div></section>`;
}
