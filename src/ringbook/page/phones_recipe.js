// The lines for one system: with the address of this Ringbook and, once there is one, a key of its own.
import { html, useState } from "./view.js";
import { post } from "./api.js";
import { Copy } from "./copy.js";
import { Field } from "./field.js";
import { here, isLocal } from "./here.js";
import { Icon } from "./icons.js";
import { Problem } from "./problem.js";
import { recipes } from "./recipes.js";
import { may } from "./session.js";
import { phones as t, recipeTexts } from "./texts_phones.js";

function addressOf(text) {
  try {
    const address = new URL(text.trim());
    return /^https?:$/.test(address.protocol) && address.hostname ? address : null;
  } catch {
    return null;
  }
}

/** What stands in the address of Ringbook behind the host: /ringbook, or nothing. */
const prefixOf = (address) => address.pathname.replace(/\/+$/, "");

/** A text of recipes.js with address and key in it. */
export function filledIn(text, address, key) {
  const isEncrypted = address.protocol === "https:";
  const prefix = prefixOf(address);
  const values = {
    url: address.origin + prefix, host: address.host + prefix, hostname: address.hostname, prefix,
    port: address.port || (isEncrypted ? "443" : "80"),
    HTTP: isEncrypted ? "HTTPS" : "HTTP", P330: isEncrypted ? "3" : "1", key,
  };
  return text.replace(/«(\w+)»/g, (_, name) => values[name]);
}

function Lines({ heading, text }) {
  return html`<section class="lines"><div class="heading"><h2>${heading}</h2><${Copy} text=${text}
    label=${t.copy(heading)} isWord /></div>
    <pre tabindex="0" aria-label=${heading}><code>${text}</code></pre></section>`;
}

function Form({ heading, fields }) {
  const row = ([name, value]) => html`<tr><th scope="row">${name}</th><td><code>${value}</code></td><td>
    <${Copy} text=${value} label=${t.copy(name)} /></td></tr>`;
  return html`<section class="lines"><div class="heading"><h2>${heading}</h2></div><table aria-label=${heading}><tbody>
    ${fields.map(row)}</tbody></table></section>`;
}

export function PhoneRecipe({ name, scope }) {
  const [key, setKey] = useState(""), [refusal, setRefusal] = useState(null), [isBusy, setBusy] = useState(false);
  const [typed, setTyped] = useState(here().origin + prefixOf(here()));
  const address = addressOf(typed);
  const texts = recipeTexts[name];
  const make = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      setKey((await post("access-keys", { name: texts.name, scopes: [scope] })).token);
    } catch (error) {
      setRefusal(error);
    }
    setBusy(false);
  };
  const fill = (text) => filledIn(text, address ?? here(), key || t.place);
  const block = (one, at) => (typeof one === "string" ? html`<${Lines} heading=${texts.steps[at]} text=${fill(one)} />`
    : html`<${Form} heading=${texts.steps[at]} fields=${one.map(([field, value]) => [field, fill(value)])} />`);
  return html`<p class="backlink"><a href="#/phones"><${Icon} name="back" />${t.back}</a></p><div class="title"><h1>
    ${t.connect(texts.name)}</h1></div>
    <div class="card setup">
      <${Field} label=${t.address} type="url" spellcheck=${false} autocomplete="off" value=${typed}
        onInput=${(event) => setTyped(event.target.value)}
        wrong=${address ? "" : t.noAddress} hint=${address && isLocal(address) ? t.notReached : ""} />
      <div><h2>${t.key}</h2><p>${t.keyLead[scope]} ${!key && html`<span class="dim">
        ${may("admin") ? t.noKeyYet(t.place) : t.askOwner(t.place)}</span>`}</p>
        ${refusal && html`<${Problem} refusal=${refusal} retry=${make} />`}
        ${may("admin") && !key && html`<button type="button" class="main" disabled=${isBusy} onClick=${make}>
          ${t.makeKey}</button>`}
        <p class="made" role="status">${key ? t.made : ""}</p></div></div>
    ${recipes[name].map(block)}
    <p class="then">${texts.then}</p>`;
}
