// Settings: what is for this browser alone; users, keys and webhooks come later.
import { html } from "./view.js";
import { SlashSwitch } from "./slash.js";
import { common, screens } from "./texts.js";

export default function Screen() {
  return html`<h1>${screens.settings}</h1><p class="lead">${common.comesLater}.</p><${SlashSwitch} />`;
}
