// Behind a one-time link: the password is set, and with it the first session begins.
import { html, useEffect, useRef, useState } from "./view.js";
import { ask } from "./api.js";
import { Field, focusFirstWrong } from "./field.js";
import { Loading, Problem, fieldTextOf, textOf } from "./problem.js";
import { go } from "./router.js";
import { setPassword } from "./session.js";
import { common, login, welcome as t } from "./texts.js";

function weakness(message) {
  if (/characters/.test(message)) return t.weak.length;
  return /address/.test(message) ? t.weak.address : t.weak.name;
}

/** What the API says of each field, in the page's words. */
function wrongOf(refusal) {
  const found = {};
  for (const { field, message } of refusal.details) {
    if (field === "password") found[field] ??= weakness(message);
    else found[field] ??= /set already/.test(message) ? t.hasAddress : fieldTextOf(message);
  }
  return found;
}

export function Welcome({ token }) {
  const [state, setState] = useState("asking"); // asking, ready, used, or a Refusal
  const [asksEmail, setAsksEmail] = useState(false), [asksCode, setAsksCode] = useState(false);
  const [given, setGiven] = useState({ email: "", password: "", again: "", code: "" });
  const [wrong, setWrong] = useState({}), [isBusy, setBusy] = useState(false);
  const form = useRef(null);

  async function look() {
    setState("asking");
    try { // an empty password is never taken: it tells whether the link is good, and what else is asked for
      await ask("POST", "passwords", { body: { token, password: "" }, isLogin: true });
    } catch (refusal) {
      setAsksEmail(Boolean(refusal.details.some(({ field }) => field === "email")));
      setState(refusal.reason === "INVALID_LINK" ? "used" : refusal.kind === "invalid" ? "ready" : refusal);
    }
  }
  useEffect(() => { look(); }, [token]);

  async function submit(event) {
    event.preventDefault();
    if (given.password !== given.again) {
      setWrong({ again: t.differ });
      focusFirstWrong(form.current);
      return;
    }
    setBusy(true);
    try {
      const { email, password, code } = given;
      await setPassword({ token, password, ...(asksEmail && { email }), ...(asksCode && { code }) });
      go("#/contacts");
    } catch (refusal) {
      if (refusal.reason === "INVALID_LINK") setState("used");
      if (refusal.reason === "CODE_REQUIRED") setAsksCode(true);
      const codeWrong = { CODE_REQUIRED: login.needsCode, INVALID_CODE: login.wrongCode }[refusal.reason];
      const fields = wrongOf(refusal);
      setWrong(codeWrong ? { code: codeWrong } : Object.keys(fields).length ? fields : { "": textOf(refusal) });
      setBusy(false);
      focusFirstWrong(form.current);
    }
  }

  const input = (name, more) => html`<${Field} name=${name} required value=${given[name]} wrong=${wrong[name]}
    onInput=${(event) => setGiven({ ...given, [name]: event.target.value })} ...${more} />`;
  const content = () => {
    if (state === "asking") return html`<${Loading} />`;
    if (state === "used") return html`<p class="problem">${t.used}</p><p><a href="#/">${t.toLogin}</a></p>`;
    if (state !== "ready") return html`<${Problem} refusal=${state} retry=${look} />`;
    return html`<p class="lead">${t.lead}</p><form ref=${form} onSubmit=${submit} novalidate>
      ${asksEmail && input("email", { label: t.email, hint: t.emailHint, type: "email", autocomplete: "username" })}
      ${input("password", { label: t.password, hint: t.passwordHint, type: "password", autocomplete: "new-password" })}
      ${input("again", { label: t.again, type: "password", autocomplete: "new-password" })}
      ${asksCode && input("code", { label: login.code, hint: login.codeHint, autocomplete: "one-time-code" })}
      <p class="wrong" role="alert">${wrong[""]}</p>
      <button class="main" disabled=${isBusy}>${t.submit}</button></form>`;
  };
  return html`<main class="gate"><div class="card">
    <p class="brand"><img src="page/favicon.svg" alt="" width="36" height="36" />${common.product}</p>
    <h1>${t.title}</h1>${content()}</div></main>`;
}
