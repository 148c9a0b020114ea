// Codes beside one's own password: switched on and off.
import { html, useState } from "./view.js";
import { del } from "./api.js";
import { focusMain, useAct } from "./asking.js";
import { Confirm } from "./dialog.js";
import { Problem } from "./problem.js";
import { refresh, useSession } from "./session.js";
import { codes as t } from "./texts_settings.js";
import { say } from "./toast.js";
import { TotpSetup } from "./totp_setup.js";

export function Codes() {
  const { open } = useSession();
  const [isBegun, setBegun] = useState(false), [asks, setAsks] = useState(false);
  const { act, refusal } = useAct();
  const change = (said, work) => act(async () => {
    await work?.();
    await refresh();
    setBegun(false);
    say(said);
    focusMain();
  });
  const remove = () => {
    setAsks(false);
    change(t.removed, () => del("totp"));
  };
  const content = () => {
    if (isBegun) return html`<${TotpSetup} onDone=${() => change(t.done)} onCancel=${() => setBegun(false)} />`;
    if (!open.user.has_totp) {
      return html`<p>${t.off}</p>
        <button type="button" class="main" onClick=${() => setBegun(true)}>${t.begin}</button>`;
    }
    return html`<p>${t.on}</p><button type="button" onClick=${() => setAsks(true)}>${t.remove}</button>`;
  };
  return html`<h3>${t.title}</h3>${refusal && html`<${Problem} refusal=${refusal} />`}${content()}
    ${asks && html`<${Confirm} title=${t.removeTitle} action=${t.remove} isBad onYes=${remove}
      onNo=${() => setAsks(false)}><p>${t.removeLead}</p><//>`}`;
}
