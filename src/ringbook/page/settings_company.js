// The company: its name, the country of its numbers, whether all need codes, and its made-up contacts.
import { html, useMemo, useRef, useState } from "./view.js";
import { ask, get, post, put } from "./api.js";
import { focusMain, useAct, useLoaded } from "./asking.js";
import { Field, focusFirstWrong } from "./field.js";
import { dropList } from "./kept_list.js";
import { Problem } from "./problem.js";
import { regions } from "./regions.js";
import { may, refresh } from "./session.js";
import { Check, Head, changesOf, wrongOf } from "./settings_parts.js";
import { allTags } from "./tags.js";
import { common } from "./texts.js";
import { company as t, settings } from "./texts_settings.js";
import { say } from "./toast.js";

const FIELDS = { name: "", default_region: "", totp_required: false };

function CompanyForm({ customer, onSaved }) {
  const [given, setGiven] = useState(customer), [wrong, setWrong] = useState({}), [isBusy, setBusy] = useState(false);
  const form = useRef(null);
  const countries = useMemo(regions, []);
  const changed = changesOf(FIELDS, customer, given);

  async function submit(event) {
    event.preventDefault();
    setBusy(true);
    setWrong({});
    try {
      await onSaved(await put("customer", changed));
    } catch (refusal) {
      setWrong(wrongOf(refusal));
      focusFirstWrong(form.current);
    }
    setBusy(false);
  }
  const change = (part) => setGiven({ ...given, ...part });
  return html`<form class="card" ref=${form} onSubmit=${submit} novalidate>
    ${wrong[""] && html`<p class="problem" role="alert">${wrong[""]}</p>`}
    <${Field} label=${t.name} name="name" dir="auto" autocomplete="organization" maxlength="255" value=${given.name}
      wrong=${wrong.name} onInput=${(event) => change({ name: event.target.value })} />
    <${Field} of="select" label=${t.region} hint=${t.regionHint} name="default_region" value=${given.default_region}
      wrong=${wrong.default_region} onChange=${(event) => change({ default_region: event.target.value })}>
      <option value="">${t.noRegion}</option>${countries.map(([code, name]) => html`<option
        value=${code}>${name}</option>`)}<//>
    <${Check} label=${t.codes} hint=${t.codesHint} checked=${given.totp_required}
      onChange=${(isOn) => change({ totp_required: isOn })} />
    <div class="actions"><button class="main"
      disabled=${isBusy || !Object.keys(changed).length}>${common.save}</button></div></form>`;
}

/** To who may not change it. */
function CompanyFacts({ customer }) {
  const region = new Map(regions()).get(customer.default_region) ?? t.noRegion;
  return html`<section class="card"><dl><dt>${t.name}</dt><dd><bdi>${customer.name}</bdi></dd><dt>${t.region}</dt>
    <dd>${region}</dd></dl>
    <p class="hint">${customer.totp_required ? t.codesOn : t.codesOff}</p></section>`;
}

function Demo() {
  const { act, refusal } = useAct();
  const change = (work) => act(async () => {
    say(await work());
    dropList();
    await allTags(true);
  });
  const load = () => change(async () => t.demoLoaded((await post("demo")).created));
  const takeOut = () => change(async () => {
    const { deleted, kept } = (await ask("DELETE", "demo")).data;
    return t.demoGone(deleted, kept);
  });
  return html`<section class="card"><h3>${t.demo}</h3><p>${t.demoLead}</p>
    ${refusal && html`<${Problem} refusal=${refusal} />`}
    <div class="actions"><button type="button" onClick=${load}>${t.demoLoad}</button>
      <button type="button" onClick=${takeOut}>${t.demoTakeOut}</button></div></section>`;
}

export function Company() {
  const { loaded: customer, setLoaded, refusal, again } = useLoaded(() => get("customer"));
  const saved = async (now) => {
    setLoaded(now);
    say(settings.saved);
    focusMain();
    await refresh();
  };
  return html`<${Head} title=${t.title} lead=${may("admin") ? t.lead : t.leadOthers} />
    ${refusal && html`<${Problem} refusal=${refusal} retry=${again} />`}
    ${customer && may("admin") && html`<${CompanyForm} customer=${customer} onSaved=${saved} />`}
    ${customer && !may("admin") && html`<${CompanyFacts} customer=${customer} />`}
    ${may("write") && html`<${Demo} />`}`;
}
