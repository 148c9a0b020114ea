// What has just been done, said for a while at the foot of the page, with a way to undo it.
import { html, useEffect, useState } from "./view.js";
import { common } from "./texts.js";
import { Icon } from "./icons.js";

const SHOWN = 12_000; // milliseconds

let show = () => {};

/** Say it; `undo` is called by the button beside it, whose name is `action`. */
export const say = (text, action, undo) => show({ text, action, undo });

export function Toast() {
  const [said, setSaid] = useState(null);
  show = setSaid;
  useEffect(() => {
    const timer = said && setTimeout(() => setSaid(null), SHOWN);
    return () => clearTimeout(timer);
  }, [said]);
  const undo = () => {
    setSaid(null);
    said.undo();
  };
  return html`<div class="toast-place" role="status">${said && html`<div class="toast"><span>${said.text}</span>
    ${said.undo && html`<button type="button" class="link" onClick=${undo}>${said.action}</button>`}
    <button type="button" class="quiet" aria-label=${common.close} onClick=${() => setSaid(null)}>
      <${Icon} name="close" /></button></div>`}</div>`;
}
