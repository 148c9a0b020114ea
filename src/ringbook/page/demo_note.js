// Says that made-up contacts are in the book, and takes them out again.
import { html, useState } from "./view.js";
import { ask } from "./api.js";
import { textOf } from "./problem.js";
import { may } from "./session.js";
import { contacts as t } from "./texts.js";
import { say } from "./toast.js";

const isDemo = ({ external_id: id }) => /^demo-\d\d$/.test(id);

/** `onGone` is called when they are out. */
export function DemoNote({ contacts, onGone }) {
  const [isBusy, setBusy] = useState(false);
  if (!may("write") || !contacts.some(isDemo)) return null;
  const takeOut = async () => {
    setBusy(true);
    try {
      const { deleted, kept } = (await ask("DELETE", "demo")).data;
      say(t.demoGone(deleted, kept));
      onGone();
    } catch (refusal) {
      say(textOf(refusal));
    }
    setBusy(false);
  };
  return html`<p class="note"><span>${t.demoHere}</span><button type="button" class="link" disabled=${isBusy}
    onClick=${takeOut}>${t.demoTakeOut}</button></p>`;
}
