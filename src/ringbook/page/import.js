// import: comes later.
import { html } from "./view.js";
import { Later } from "./later.js";

export default function Screen() {
  return html`<${Later} name="import" />`;
}
