// The first screen of who has just set a password, while the book is empty.
import { html } from "./view.js";
import { get } from "./api.js";
import { useLoaded } from "./asking.js";
import { FirstSteps } from "./first_steps.js";
import { regions } from "./regions.js";
import { go } from "./router.js";
import { may, useSession } from "./session.js";
import { start as t } from "./texts_settings.js";

export default function Screen() {
  const { user } = useSession().open;
  const { loaded: customer } = useLoaded(() => get("customer"));
  const region = customer && new Map(regions()).get(customer.default_region);
  return html`<div class="start"><h1>${t.title(user.name)}</h1><p class="lead">${t.lead}</p>
    <${FirstSteps} onLoaded=${() => go("#/contacts")} />
    ${customer && may("admin") && html`<p class="dim">${region ? t.region(region) : t.noRegion} <a
      href="#/settings/company">${t.change}</a></p>`}</div>`;
}
