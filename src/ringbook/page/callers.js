// Who has called of late: each lookup and caller id, whom it found, and from a miss the way to a contact.
import { html, useState } from "./view.js";
import { AddToContact } from "./callers_add.js";
import { useCalls, useFoundSince, valueOf } from "./callers_source.js";
import { Icon } from "./icons.js";
import { shownName } from "./people.js";
import { Problem } from "./problem.js";
import { hrefOf } from "./router.js";
import { may } from "./session.js";
import { callers as t } from "./texts_calls.js";
import { shortTime, wholeTime } from "./times.js";

const contactLink = (id, name) => html`<a class="name" href=${hrefOf(["contacts", id])}><bdi>${name}</bdi></a>`;

function Miss({ wanted, since, onAdd }) {
  if (since) return html`<span class="who"><span class="dim">${t.nobody}</span> <span class="small">
    ${t.nowHas} ${contactLink(since.id, shownName(since))}</span></span>`;
  const query = wanted && { [wanted.kind === "phone" ? "number" : "email"]: wanted.value };
  return html`<span class="who"><span class="dim">${t.nobody}</span></span>
    ${wanted && may("write") && html`<span class="do">
      <a class="button" aria-label=${t.createOf(wanted.value)} href=${hrefOf(["contacts", "new"], query)}>
        <${Icon} name="add" />${t.create}</a>
      <button type="button" class="quiet" aria-label=${t.addOf(wanted.value)} onClick=${onAdd}>${t.add}</button>
        </span>`}`;
}

function Call({ call, since, onAdd }) {
  const { asked, number, contact, by } = call;
  return html`<li class="call">
    ${contact ? html`<span class="who">${contactLink(contact.id, contact.name || number || asked)}</span>`
      : html`<${Miss} wanted=${valueOf(call)} since=${since} onAdd=${onAdd} />`}
    <span class="number">${asked ? html`<bdi title=${asked}>${asked}</bdi>` : html`<span class="dim">
      ${t.noNumber}</span>`}
      ${number && number !== asked && html`<span class="dim small">${t.readAs(number)}</span>`}</span>
    <span class="by"><bdi title=${by.name}>${by.name || t.authors[by.type]}</bdi><span class="dim small">
      ${t.kinds[call.call]}</span></span>
    <time class="dim" datetime=${call.tm} title=${wholeTime(call.tm)}>${shortTime(call.tm)}</time></li>`;
}

function Nobody({ isKept }) {
  if (!isKept) return html`<div class="empty"><h2>${t.notKept}</h2><p class="lead">${t.notKeptLead}</p></div>`;
  return html`<div class="empty"><h2>${t.empty}</h2><p class="lead">${t.emptyLead}</p>
    <p><a class="button main" href="#/phones"><${Icon} name="phones" />${t.emptyAction}</a></p></div>`;
}

export default function Screen() {
  const { calls, isKept, isAway, refusal, again } = useCalls();
  const [found, keep] = useFoundSince(calls);
  const [isMisses, setMisses] = useState(false), [adding, setAdding] = useState(null), [said, setSaid] = useState("");
  const done = (contact) => {
    keep(adding.value, contact);
    setSaid(t.added(adding.value, shownName(contact)));
    setAdding(null);
  };
  const shown = calls?.filter(({ contact }) => !isMisses || !contact);
  return html`<div class="title"><h1>${t.title}</h1>${calls && html`<span class=${`live${isAway ? " away" : ""}`}>
    ${isAway ? "" : t.live}</span>`}</div>
    <p class="lead">${t.lead}</p>
    <p class="said" role="status">${said}</p>
    ${refusal && !(calls && refusal.isPassing) && html`<${Problem} refusal=${refusal} retry=${again} />`}
    ${calls && isAway && refusal.isPassing && html`<p class="warning" role="status">${t.paused}</p>`}
    ${calls?.length === 0 && html`<${Nobody} isKept=${isKept} />`}
    ${calls?.length > 0 && html`<label class="check"><input type="checkbox" checked=${isMisses}
      onChange=${(event) => setMisses(event.target.checked)} />${t.onlyMisses}</label>
      ${shown.length ? html`<div class="list calls"><div class="call head" aria-hidden="true">
        ${Object.values(t.columns).map((text) => html`<span>${text}</span>`)}</div>
          <ul class="rows" aria-label=${t.list}>${shown.map((call) => html`<${Call} key=${call.id} call=${call}
            since=${found.get(valueOf(call)?.value)} onAdd=${() => setAdding(valueOf(call))} />`)}</ul></div>`
        : html`<p class="dim">${t.noMisses}</p>`}`}
    ${adding && html`<${AddToContact} wanted=${adding} onDone=${done} onClose=${() => setAdding(null)} />`}`;
}
