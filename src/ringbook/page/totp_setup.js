// Setting up codes (TOTP): the secret for an app, the first code, and the recovery codes.
import { html, useEffect, useRef, useState } from "./view.js";
import { post, put } from "./api.js";
import { Copy } from "./copy.js";
import { Field, focusFirstWrong } from "./field.js";
import { Problem, textOf } from "./problem.js";
import { login, totp as t } from "./texts.js";

/** `onDone` is called once the recovery codes have been seen. */
export function TotpSetup({ onDone }) {
  const [begun, setBegun] = useState(null), [codes, setCodes] = useState(null), [refusal, setRefusal] = useState(null);
  const [code, setCode] = useState(""), [wrong, setWrong] = useState(""), [isBusy, setBusy] = useState(false);
  const form = useRef(null);
  const begin = () => {
    setRefusal(null);
    post("totp").then(setBegun, setRefusal);
  };
  useEffect(begin, []);

  const submit = async (event) => {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    try {
      setCodes((await put("totp", { code })).recovery_codes);
    } catch (error) {
      setWrong(error.reason === "INVALID_CODE" || error.kind === "invalid" ? login.wrongCode : textOf(error));
      focusFirstWrong(form.current);
    }
    setBusy(false);
  };
  if (refusal) return html`<${Problem} refusal=${refusal} retry=${begin} />`;
  if (codes) {
    return html`<div class="totp"><h2>${t.recovery}</h2><p>${t.recoveryLead}</p><ul class="codes">${codes.map((one) => html`<li><code>${one}</code></li>`)}</ul>
      <div class="actions"><${Copy} text=${codes.join("\n")} label=${t.copyCodes} isWord /><button type="button" class="main" onClick=${onDone}>${t.done}</button></div></div>`;
  }
  if (!begun) return null;
  return html`<div class="totp"><p>${t.lead}</p>
    <img class="qr" src=${`data:image/svg+xml,${encodeURIComponent(begun.svg)}`} alt=${t.qr} width="220" height="220" />
    <p class="hint">${t.secret} <code>${begun.secret}</code></p>
    <form ref=${form} onSubmit=${submit} novalidate><${Field} label=${login.code} name="code" inputmode="numeric" autocomplete="one-time-code" value=${code} wrong=${wrong}
      onInput=${(event) => setCode(event.target.value)} /><button class="main" disabled=${isBusy}>${t.submit}</button></form></div>`;
}
