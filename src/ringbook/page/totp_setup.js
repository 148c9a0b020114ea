// Setting up codes (TOTP): the secret for an app, the first code, and the recovery codes.
import { html, useEffect, useRef, useState } from "./view.js";
import { post, put } from "./api.js";
import { Copy } from "./copy.js";
import { Field, focusFirstWrong } from "./field.js";
import { Problem, textOf } from "./problem.js";
import { common, totp as t } from "./texts.js";

const inFours = (secret) => secret.replace(/(.{4})(?=.)/g, "$1 ");

/** The ten codes, which are not shown again. */
function RecoveryCodes({ codes, onDone }) {
  const title = useRef(null);
  const text = `${codes.join("\n")}\n`;
  useEffect(() => title.current.focus(), []);
  return html`<div class="totp"><h2 tabindex="-1" ref=${title}>${t.recovery}</h2><p>${t.recoveryLead}</p>
    <ul class="codes">${codes.map((one) => html`<li><code>${one}</code></li>`)}</ul>
    <div class="actions"><${Copy} text=${text} label=${t.copyCodes} isWord />
      <a class="button" download=${t.file} href=${`data:text/plain,${encodeURIComponent(text)}`}>${t.download}</a>
      <button type="button" class="main" onClick=${onDone}>${t.done}</button></div></div>`;
}

/** `onDone` is called once the recovery codes have been seen; without `onCancel` there is no way around it. */
export function TotpSetup({ onDone, onCancel }) {
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
      setWrong(error.kind === "invalid" ? t.wrong : textOf(error));
      focusFirstWrong(form.current);
    }
    setBusy(false);
  };
  if (refusal) return html`<${Problem} refusal=${refusal} retry=${begin} />`;
  if (codes) return html`<${RecoveryCodes} codes=${codes} onDone=${onDone} />`;
  if (!begun) return null;
  return html`<div class="totp"><p>${t.lead}</p>
    <img class="qr" src=${`data:image/svg+xml,${encodeURIComponent(begun.svg)}`} alt=${t.qr} width="220" height="220" />
    <p class="hint byhand">${t.secret} <code>${inFours(begun.secret)}</code>
      <${Copy} text=${begun.secret} label=${t.copySecret} /></p>
    <form ref=${form} onSubmit=${submit} novalidate><${Field} label=${t.code} name="code" inputmode="numeric"
      autocomplete="one-time-code" autofocus value=${code} wrong=${wrong}
      onInput=${(event) => setCode(event.target.value)} /><div class="actions">
        <button class="main" disabled=${isBusy}>${t.submit}</button>
      ${onCancel && html`<button type="button" onClick=${onCancel}>${common.cancel}</button>`}</div></form></div>`;
}
