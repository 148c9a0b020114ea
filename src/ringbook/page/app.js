// The page as a whole: who is logged in sees the navigation and a screen, who is not a login.
import { html, render, useEffect, useRef, useState } from "./view.js";
import { Dialog } from "./dialog.js";
import { Icon } from "./icons.js";
import { LoginDialog, LoginScreen } from "./login.js";
import { Loading, Problem } from "./problem.js";
import { SCREENS, go, hrefOf, useRoute } from "./router.js";
import { findSession, logOut, may, refresh, useSession } from "./session.js";
import { useSlash } from "./slash.js";
import { common, language, screens, shell as t, totp } from "./texts.js";
import { Toast } from "./toast.js";
import { TotpSetup } from "./totp_setup.js";
import { Welcome } from "./welcome.js";

document.documentElement.lang = language;

function Navigation({ current }) {
  const link = ({ name }) => html`<li><a href=${hrefOf([name])} aria-current=${name === current ? "page" : undefined}>
    <${Icon} name=${name} /><span>${screens[name]}</span></a></li>`;
  return html`<nav aria-label=${t.navigation}>
    <ul>${SCREENS.filter(({ scope, isHidden }) => may(scope) && !isHidden).map(link)}</ul></nav>`;
}

const leave = (onProblem) => logOut().then(() => go("#/", { isFree: true }), onProblem);

function Account({ open, onProblem }) {
  const name = open.user.name || open.user.email;
  return html`<div class="account"><p title=${t.as(name)}><bdi>${name}</bdi>
    <small>${t.roles[open.user.role]}</small></p>
    <button type="button" class="quiet" onClick=${() => leave(onProblem)}>
      <${Icon} name="leave" /><span>${t.logOut}</span></button></div>`;
}

/** The module of a screen, loaded when it is first shown. */
function Screen({ screen, route }) {
  const [loaded, setLoaded] = useState({ name: "", draw: null, isLost: false });
  useEffect(() => {
    let isShown = true;
    const keep = (more) => isShown && setLoaded({ name: screen.name, draw: null, isLost: false, ...more });
    screen.load().then((module) => keep({ draw: module.default }), () => keep({ isLost: true }));
    return () => { isShown = false; };
  }, [screen]);
  if (loaded.name !== screen.name) return html`<${Loading} />`;
  if (loaded.isLost) {
    return html`<div class="problem" role="alert"><p>${navigator.onLine ? t.updated : ""}</p>
      <button type="button" onClick=${() => location.reload()}>${t.reload}</button></div>`;
  }
  return html`<${loaded.draw} route=${route} />`;
}

let isTouched = false; // until then the first Tab is to reach the first link, which skips the navigation
for (const act of ["keydown", "pointerdown"]) addEventListener(act, () => { isTouched = true; }, { capture: true });

function Main({ route }) {
  const main = useRef(null);
  const screen = SCREENS.find(({ name }) => name === route.screen);
  const place = [route.screen, ...route.rest].join("/");
  useEffect(() => {
    document.title = screen ? `${screens[screen.name]} – ${common.product}` : common.product;
    if (isTouched && !main.current.contains(document.activeElement)) main.current.focus();
    scrollTo(0, 0);
  }, [place]);
  const content = () => {
    if (!screen) return html`<h1>${common.notHere}</h1><p><a href="#/contacts">${common.toContacts}</a></p>`;
    if (!may(screen.scope)) return html`<h1>${screens[screen.name]}</h1><p>${t.mayNot}</p>`;
    return html`<${Screen} screen=${screen} route=${route} />`;
  };
  return html`<main id="main" tabindex="-1" ref=${main}>${content()}</main>`;
}

/** Codes are demanded: they are set up, or one leaves. */
function CodesFirst() {
  const [problem, setProblem] = useState(null);
  return html`<p class="lead">${totp.titleLead}</p><${TotpSetup} onDone=${refresh} />
    ${problem && html`<${Problem} refusal=${problem} />`}
    <p><button type="button" class="link" onClick=${() => leave(setProblem)}>${t.logOut}</button></p>`;
}

function Shell({ open, isEnded, route }) {
  const [isMenu, setMenu] = useState(false), [problem, setProblem] = useState(null);
  useEffect(() => {
    if (!route.screen) go("#/contacts", { isSame: true });
    setMenu(false);
  }, [route]);
  useSlash();
  const shown = route.screen ? route : { ...route, screen: "contacts" };
  const skip = (event) => {
    event.preventDefault();
    document.getElementById("main").focus();
  };
  return html`<a class="skip" href="#main" onClick=${skip}>${common.skip}</a>
    <header class="bar">
      <a class="brand" href="#/contacts"><img src="page/favicon.svg" alt="" width="28"
        height="28" />${common.product}</a>
      <button type="button" class="quiet menu" aria-expanded=${String(isMenu)} aria-controls="navigation"
        onClick=${() => setMenu(!isMenu)}>
        <${Icon} name=${isMenu ? "close" : "menu"} /><span>${common.menu}</span></button>
      <div id="navigation" class=${`side${isMenu ? " shown" : ""}`}><${Navigation} current=${shown.screen} />
        <${Account} open=${open} onProblem=${setProblem} /></div>
    </header>
    <div class="content">
      ${problem && html`<${Problem} refusal=${problem} />`}
      <${Main} key=${open.user.id} route=${shown} />
    </div>
    <${Toast} />
    ${open.must_set_up_totp && html`<${Dialog} title=${totp.title}><${CodesFirst} /><//>`}
    ${isEnded && html`<${LoginDialog} email=${open.user.email} />`}`;
}

/** Who has to set up codes before anything else. */
function FirstCodes({ isEnded, email }) {
  return html`<main class="gate"><div class="card"><h1>${totp.title}</h1><${CodesFirst} /></div></main>
    ${isEnded && html`<${LoginDialog} email=${email} />`}`;
}

function Page() {
  const { open, isEnded } = useSession();
  const route = useRoute();
  const [state, setState] = useState("asking"); // asking, known, or a Refusal
  const isIn = useRef(false);
  const look = () => {
    setState("asking");
    findSession().then(() => setState("known"), setState);
  };
  useEffect(look, []);
  const content = () => {
    if (route.screen === "welcome") return html`<${Welcome} token=${route.query.get("token") ?? ""} />`;
    if (state === "asking") return html`<main class="gate"><${Loading} /></main>`;
    if (state !== "known") return html`<main class="gate"><div class="card"><h1>${common.product}</h1>
      <${Problem} refusal=${state} retry=${look} /></div></main>`;
    if (!open) return html`<${LoginScreen} />`;
    if (open.must_set_up_totp && !isIn.current) {
      return html`<${FirstCodes} isEnded=${isEnded} email=${open.user.email} />`;
    }
    isIn.current = true; // what is being typed stays, also where codes are demanded meanwhile
    return html`<${Shell} open=${open} isEnded=${isEnded} route=${route} />`;
  };
  return html`${!isSecureContext && html`<p class="warning" role="note">${t.plainHttp}</p>`}${content()}`;
}

const page = document.getElementById("page");
const isNewBrowser = "any" in AbortSignal && CSS.supports("color", "light-dark(#000, #fff)");
page.textContent = isNewBrowser ? "" : t.oldBrowser;
if (isNewBrowser) render(html`<${Page} />`, page);
