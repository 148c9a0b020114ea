// What has become of a contact: each change, by whom and when.
import { html, useEffect, useState } from "./view.js";
import { get } from "./api.js";
import { Loading, Problem } from "./problem.js";
import { useTags } from "./tags.js";
import { contact as t, timeOf } from "./texts.js";

export function When({ time }) {
  return html`<time datetime=${time} title=${time}>${timeOf(time)}</time>`;
}

export function By({ by }) {
  return html`<bdi class="by">${by.name || t.history.who[by.type]}</bdi>`;
}

/** "phone_numbers[+1555].type" -> its words: Number +1555, type. */
function fieldName(field, names) {
  const [, list, value, part] = /^(\w+)(?:\[(.*?)\])?(?:\.(\w+))?$/s.exec(field) ?? [];
  const shown = list === "tag_ids" ? names.get(value) ?? t.tags.unknown : value;
  const words = t.history.fields;
  return [words[list] ?? t.fields[list] ?? list, shown && html` <bdi>${shown}</bdi>`, part && `, ${words[part] ?? part}`];
}

function valueOf(value) {
  if (value === null || value === "" || value === undefined) return html`<i class="dim">${t.nothing}</i>`;
  if (value === true || value === false) return value ? t.yes : t.no;
  if (typeof value === "object") return html`<bdi>${value.number ?? value.address}</bdi>`;
  return html`<bdi>${t.types[value] ?? String(value)}</bdi>`;
}

function Change({ change, names }) {
  const isEntry = /\]$/.test(change.field); // a number, an address or a tag as a whole
  if (isEntry && change.from === null) return html`<li>${fieldName(change.field, names)} ${t.history.added}</li>`;
  if (isEntry && change.to === null) return html`<li>${fieldName(change.field, names)} ${t.history.removed}</li>`;
  return html`<li>${fieldName(change.field, names)}: ${valueOf(change.from)} → ${valueOf(change.to)}</li>`;
}

/** What a number is in E.164 follows from the number. */
const shownChanges = ({ changes }) => changes.filter(({ field }) => !field.endsWith(".number_e164"));

export function History({ id, version }) {
  const names = new Map(useTags().map((tag) => [tag.id, tag.name]));
  const [isOpen, setOpen] = useState(false), [page, setPage] = useState(null), [refusal, setRefusal] = useState(null);
  const load = async (before) => {
    setRefusal(null);
    try {
      const next = await get(`contacts/${id}/history`, { page_size: "20", page_token: before?.next_page_token });
      setPage({ ...next, result: [...(before?.result ?? []), ...next.result] });
    } catch (error) {
      setRefusal(error);
    }
  };
  useEffect(() => { if (isOpen) load(null); }, [isOpen, version]);
  return html`<details class="card history" onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>${t.history.title}</summary>
    ${isOpen && !page && !refusal && html`<${Loading} />`}
    <ol>${page?.result.map((event) => html`<li key=${event.tm}><p>
      <${By} by=${event.by} /> ${t.history.actions[event.action] ?? event.action} <span class="dim">· <${When}
      time=${event.tm} /></span></p>
      <ul>${shownChanges(event).map((change) => html`<${Change} change=${change} names=${names} />`)}</ul></li>`)}</ol>
    ${refusal && html`<${Problem} refusal=${refusal} retry=${() => load(page)} />`}
    ${page?.next_page_token && html`<button type="button"
      onClick=${() => load(page)}>${t.history.more}</button>`}</details>`;
}
