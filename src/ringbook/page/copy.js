// A button that copies a text; on plain http, where the clipboard is closed to pages, by the old way.
import { html, useRef, useState } from "./view.js";
import { Icon } from "./icons.js";
import { common } from "./texts.js";

async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(area); // behind a dialog nothing can be selected
  area.select();
  document.execCommand("copy");
  return area.remove();
}

/** `label` names what is copied to who cannot see it; without `isWord` the button is a drawing alone. */
export function Copy({ text, label, isWord }) {
  const [isDone, setDone] = useState(false);
  const timer = useRef(0);
  const act = async () => {
    await copy(text);
    clearTimeout(timer.current);
    setDone(true);
    timer.current = setTimeout(() => setDone(false), 2000);
  };
  return html`<button type="button" class="quiet copy" aria-label=${isDone ? common.copied : label} title=${label}
    onClick=${act}><${Icon} name=${isDone ? "done" : "copy"} />
    ${isWord && html`<span>${isDone ? common.copied : common.copy}</span>`}</button>
    <span class="unseen" role="status">${isDone ? common.copied : ""}</span>`;
}
