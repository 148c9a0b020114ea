// The login, as a screen and, where a session has ended, above the screen.
import { html, useRef, useState } from "./view.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";
import { textOf } from "./problem.js";
import { forget, logIn } from "./session.js";
import { common, login as t } from "./texts.js";

const WRONG = { INVALID_LOGIN: t.wrong, INVALID_CODE: t.wrongCode, CODE_REQUIRED: t.needsCode };

function LoginForm({ known = "" }) {
  const [email, setEmail] = useState(known), [password, setPassword] = useState(""), [code, setCode] = useState("");
  const [asksCode, setAsksCode] = useState(false), [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const form = useRef(null);

  async function submit(event) {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem("");
    try {
      await logIn({ email, password, ...(asksCode && { code }) });
    } catch (refusal) {
      const isCode = refusal.reason === "CODE_REQUIRED";
      if (isCode) setAsksCode(true);
      const text = WRONG[refusal.reason] ?? (refusal.kind === "invalid" ? t.wrong : textOf(refusal));
      setProblem(text);
      setBusy(false);
      const next = isCode || asksCode ? "[name=code]" : "[name=password]";
      requestAnimationFrame(() => form.current?.querySelector(next)?.focus());
    }
  }

  const on = (set) => (event) => set(event.target.value);
  return html`<form ref=${form} onSubmit=${submit} novalidate>
    <${Field} label=${t.email} type="email" name="email" autocomplete="username" required autofocus=${!known}
      readonly=${Boolean(known)} value=${email} onInput=${on(setEmail)} />
    <${Field} label=${t.password} type="password" name="password" autocomplete="current-password" required
      autofocus=${Boolean(known)}
      value=${password} onInput=${on(setPassword)} />
    ${asksCode && html`<${Field} label=${t.code} hint=${t.codeHint} name="code" inputmode="numeric"
      autocomplete="one-time-code"
      value=${code} onInput=${on(setCode)} />`}
    <p class="wrong" role="alert">${problem}</p>
    <button class="main" disabled=${isBusy}>${t.submit}</button>
  </form>`;
}

/** The whole page, to who is not logged in. */
export function LoginScreen() {
  return html`<main class="gate"><div class="card">
    <p class="brand"><img src="page/favicon.svg" alt="" width="36" height="36" />${common.product}</p>
    <h1>${t.title}</h1><p class="lead">${t.lead}</p>
    <${LoginForm} /><p class="hint">${t.forgotten}</p></div></main>`;
}

/** Above the screen: whose session has ended logs in again, and what was typed is still there. */
export function LoginDialog({ email }) {
  return html`<${Dialog} title=${t.endedTitle}><p>${t.endedLead}</p><${LoginForm} known=${email} />
    <p><button type="button" class="link" onClick=${forget}>${t.somebodyElse}</button></p><//>`;
}
