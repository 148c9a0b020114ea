// The place of a screen that comes later.
import { html } from "./view.js";
import { common, screens } from "./texts.js";

export function Later({ name }) {
  return html`<h1>${screens[name]}</h1><p class="lead">${common.comesLater}.</p>`;
}
