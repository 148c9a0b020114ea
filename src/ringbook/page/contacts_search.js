// What the list is asked for: the one box, and the filters beside it.
import { html, useEffect, useRef } from "./view.js";
import { Icon } from "./icons.js";
import { useTags } from "./tags.js";
import { contacts as t } from "./texts.js";

export function SearchBox({ value, onInput }) {
  const box = useRef(null);
  useEffect(() => {
    const isPhone = matchMedia("(hover: none)").matches; // where a keyboard would cover the list
    if (!isPhone) box.current.focus({ preventScroll: true });
  }, []);
  const escape = (event) => {
    if (event.key === "Escape" && value) {
      event.preventDefault();
      onInput("");
    }
  };
  return html`<form class="search" role="search" onSubmit=${(event) => event.preventDefault()}>
    <${Icon} name="search" />
    <input ref=${box} id="search" type="search" aria-label=${t.search} placeholder=${t.placeholder}
      aria-keyshortcuts="/" autocomplete="off"
      spellcheck=${false} maxlength="200" value=${value}
      onInput=${(event) => onInput(event.target.value)} onKeyDown=${escape} />
    ${value ? html`<button type="button" class="quiet" aria-label=${t.clear}
      onClick=${() => { onInput(""); box.current.focus(); }}><${Icon} name="close" /></button>`
      : html`<kbd aria-hidden="true">/</kbd>`}
  </form>`;
}

function Filter({ label, any, value, options, onChange }) {
  return html`<select class=${`filter${value ? " on" : ""}`} aria-label=${label} value=${value}
    onChange=${(event) => onChange(event.target.value)}>
    <option value="">${any}</option>${options.map(([key, text]) => html`
      <option value=${key}>${text}</option>`)}</select>`;
}

export function Filters({ tag, source, onChange }) {
  const tags = useTags();
  return html`${(tags.length > 0 || tag) && html`<${Filter} label=${t.tag} any=${t.anyTag} value=${tag}
    options=${tags.map(({ id, name }) => [id, name])}
      onChange=${(value) => onChange({ tag: value })} />`}
    <${Filter} label=${t.source} any=${t.anySource} value=${source} options=${Object.entries(t.sources)}
      onChange=${(value) => onChange({ source: value })} />`;
}
