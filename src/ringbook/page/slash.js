// The key / jumps to the search box from everywhere; who steers by voice can switch it off (WCAG 2.1.4).
import { html, useEffect, useState } from "./view.js";
import { go } from "./router.js";
import { shell } from "./texts.js";

const MARK = "ringbook.no_slash";

function isSlashOn() {
  try {
    return localStorage.getItem(MARK) !== "1";
  } catch {
    return true;
  }
}

function setSlash(isOn) {
  try {
    if (isOn) localStorage.removeItem(MARK);
    else localStorage.setItem(MARK, "1");
  } catch {
    // a browser without storage listens
  }
}

function jump(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || !isSlashOn()) return;
  if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  event.preventDefault();
  const box = document.getElementById("search");
  if (box) {
    box.focus();
    box.select();
  } else go("#/contacts");
}

export function useSlash() {
  useEffect(() => {
    addEventListener("keydown", jump);
    return () => removeEventListener("keydown", jump);
  }, []);
}

/** Whether this browser listens to the key. */
export function SlashSwitch() {
  const [isOn, setOn] = useState(isSlashOn);
  const change = (event) => {
    setSlash(event.target.checked);
    setOn(event.target.checked);
  };
  return html`<label class="switch"><input type="checkbox" checked=${isOn} onChange=${change} />${shell.slash}</label>`;
}
