// A question above the screen: the browser's own dialog, which keeps the focus within and gives it back.
import { html, useEffect, useMemo, useRef } from "./view.js";
import { newId } from "./view.js";
import { common } from "./texts.js";

/** `onClose` is called for Escape, too; without it the dialog stays until it is not drawn any more. */
export function Dialog({ title, children, onClose, wide }) {
  const dialog = useRef(null);
  const id = useMemo(newId, []);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current.showModal();
    return () => before?.isConnected && before.focus();
  }, []);
  const cancel = (event) => {
    event.preventDefault();
    onClose?.();
  };
  const closed = () => (onClose ? onClose() : dialog.current?.showModal()); // a browser closes it at a second Escape
  return html`<dialog ref=${dialog} class=${wide ? "wide" : ""} aria-labelledby=${id}
    onCancel=${cancel} onClose=${closed}>
    <h2 id=${id}>${title}</h2>${children}</dialog>`;
}

/** Ask before something is done; `isBad` where it cannot be taken back. */
export function Confirm({ title, children, action, onYes, onNo, isBad }) {
  return html`<${Dialog} title=${title} onClose=${onNo}>
    ${children}
    <div class="actions"><button type="button" class=${isBad ? "bad" : "main"} onClick=${onYes}>${action}</button>
      <button type="button" onClick=${onNo}>${common.cancel}</button></div><//>`;
}
