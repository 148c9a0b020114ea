// The settings: one's own, and what an owner looks after.
import { html, useEffect, useRef } from "./view.js";
import { hrefOf } from "./router.js";
import { may, useSession } from "./session.js";
import { Company } from "./settings_company.js";
import { AccessKeys } from "./settings_keys.js";
import { Codes } from "./settings_codes.js";
import { Sessions } from "./settings_sessions.js";
import { Head } from "./settings_parts.js";
import { Users } from "./settings_users.js";
import { Webhooks } from "./settings_webhooks.js";
import { SlashSwitch } from "./slash.js";
import { common, shell } from "./texts.js";
import { settings as t } from "./texts_settings.js";

function You() {
  const { user } = useSession().open;
  const lead = [user.name && user.email, shell.roles[user.role]].filter(Boolean).join(" · ");
  return html`<${Head} title=${user.name || user.email} lead=${lead} />
    <section class="card"><${Codes} /></section><section class="card"><${Sessions} userId=${user.id} isOwn /></section>
    <section class="card"><h3>${t.browser}</h3><${SlashSwitch} /></section>
    ${!may("admin") && html`<p class="dim">${t.ownersOnly}</p>`}`;
}

/** The parts, each with the scope that one needs to see it. */
const PARTS = [
  { name: "you", scope: "lookup", draw: You },
  { name: "company", scope: "read", draw: Company },
  { name: "users", scope: "admin", draw: Users },
  { name: "keys", scope: "admin", draw: AccessKeys },
  { name: "webhooks", scope: "admin", draw: Webhooks },
];

export default function Screen({ route }) {
  const [name = "you"] = route.rest;
  const tabs = useRef(null);
  useEffect(() => tabs.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }),
    [name]);
  const part = PARTS.find((one) => one.name === name);
  const shown = PARTS.filter(({ scope }) => may(scope));
  const link = (one) => html`<li><a href=${hrefOf(["settings", one.name])}
    aria-current=${one.name === name ? "page" : undefined}>${t.parts[one.name]}</a></li>`;
  const content = () => {
    if (!part) return html`<p>${common.notHere}</p>`;
    return may(part.scope) ? html`<${part.draw} key=${name} route=${route} />` : html`<p>${shell.mayNot}</p>`;
  };
  return html`<div class="title"><h1>${t.title}</h1></div>
    ${shown.length > 1 && html`<nav class="tabs" aria-label=${t.title} ref=${tabs}><ul>${shown.map(link)}</ul></nav>`}
    <div class="part">${content()}</div>`;
}
