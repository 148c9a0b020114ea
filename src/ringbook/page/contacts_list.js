// The list: one box, filters, and who fits.
import { html, useEffect, useRef, useState } from "./view.js";
import { contactsOf } from "./contacts_source.js";
import { DemoNote } from "./demo_note.js";
import { Empty } from "./contacts_empty.js";
import { Filters, SearchBox } from "./contacts_search.js";
import { Icon } from "./icons.js";
import { keepList, keptList } from "./kept_list.js";
import { usePages } from "./paged.js";
import { Avatar, nameOf } from "./people.js";
import { Loading, Problem } from "./problem.js";
import { go, hrefOf } from "./router.js";
import { may } from "./session.js";
import { useTags } from "./tags.js";
import { contacts as t } from "./texts.js";

const MOST_TAGS = 2; // in a row

/** Arrow keys go from row to row, and from the first up to the box. */
export function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey || event.target.tagName === "SELECT") return;
  const rows = [...document.querySelectorAll("a.row")];
  const at = rows.indexOf(document.activeElement);
  if (at < 0 && step < 0) return;
  event.preventDefault();
  (rows[at + step] ?? (at + step < 0 ? document.getElementById("search") : rows.at(-1)))?.focus();
}

function Row({ contact, names, onOpen }) {
  const [first, ...others] = contact.phone_numbers;
  const tags = contact.tag_ids.map((id) => names.get(id)).filter(Boolean);
  const name = nameOf(contact);
  return html`<li><a class="row" id=${`row-${contact.id}`} href=${hrefOf(["contacts", contact.id])}
    onClick=${() => onOpen(contact.id)}>
    <${Avatar} contact=${contact} />
    <span class="who"><bdi class=${name ? "name" : "name dim"}>${name || t.noName}</bdi>${contact.job_title && html`
      <bdi class="dim small">${contact.job_title}</bdi>`}</span>
    <span class="company"><bdi>${contact.company !== name ? contact.company : ""}</bdi></span>
    <span class="number">${first ? html`<bdi>${first.number}</bdi>` : html`<span class="dim">${t.noNumber}</span>`}
      ${others.length > 0 && html`<span class="dim small" title=${t.moreNumbers(others.length)}>
        <span aria-hidden="true">+${others.length}</span>
        <span class="unseen">${t.moreNumbers(others.length)}</span></span>`}</span>
    <span class="tags">${tags.slice(0, MOST_TAGS).map((tag) => html`<bdi class="tag">${tag}</bdi>`)}
      ${tags.length > MOST_TAGS && html`<span class="dim small">+${tags.length - MOST_TAGS}</span>`}</span>
  </a></li>`;
}

/** A button that presses itself when it comes into sight. */
export function More({ onMore, isBusy }) {
  const button = useRef(null), act = useRef(onMore);
  act.current = onMore;
  useEffect(() => {
    const look = (entries) => entries.some((entry) => entry.isIntersecting) && act.current();
    const seen = new IntersectionObserver(look, { rootMargin: "600px" });
    seen.observe(button.current);
    return () => seen.disconnect();
  }, [isBusy]);
  return html`<p class="more"><button ref=${button} type="button" aria-busy=${String(isBusy)}
    onClick=${onMore}>${t.more}</button></p>`;
}

export function Rows({ contacts, onOpen }) {
  const names = new Map(useTags().map(({ id, name }) => [id, name]));
  return html`<div class="list">
    <div class="head" aria-hidden="true">${Object.values(t.columns).map((column) => html`<span>${column}</span>`)}</div>
    <ul class="rows">${contacts.map((contact) => html`<${Row} key=${contact.id} contact=${contact} names=${names}
      onOpen=${onOpen} />`)}</ul></div>`;
}

export function ContactsList({ route }) {
  const [q, setQ] = useState(route.query.get("q") ?? "");
  const asked = { q: q.trim(), tag: route.query.get("tag") ?? "", source: route.query.get("source") ?? "" };
  const key = JSON.stringify(asked);
  const [kept] = useState(() => keptList(key));
  const load = (after, signal) => contactsOf(asked, after, signal);
  const pages = usePages(key, load, { isTyped: true, kept: kept?.state });
  const { contacts, next, isComplete, isBusy, refusal } = pages;

  const change = (more) => go(hrefOf(["contacts"], { ...asked, ...more }), { isSame: true });
  const search = (text) => {
    setQ(text);
    change({ q: text.trim() });
  };
  useEffect(() => { // somebody has followed a link to another search
    if ((route.query.get("q") ?? "") !== q.trim()) setQ(route.query.get("q") ?? "");
  }, [route]);
  useEffect(() => {
    if (kept) requestAnimationFrame(() => document.getElementById(`row-${kept.id}`)?.focus());
  }, []);
  const keep = (id) => keepList(key, { contacts, next, isComplete }, id);

  const isFiltered = Boolean(asked.tag || asked.source);
  const none = contacts?.length === 0 && !isBusy;
  const found = contacts?.length ? t.found(contacts.length, !next) : asked.q ? t.nobody(asked.q) : t.nobodyFits;
  return html`<div class="contacts" onKeyDown=${walk}>
    <div class="title"><h1>${t.title}</h1>
      <a class="button quiet trash" href="#/contacts/trash"><${Icon} name="trash" /><span>${t.trash}</span></a>
      ${may("write") && html`<a class="button main" href="#/contacts/new"><${Icon} name="add" />${t.add}</a>`}</div>
    <div class="tools"><${SearchBox} value=${q} onInput=${search} /><${Filters} tag=${asked.tag} source=${asked.source}
      onChange=${change} /></div>
    <p class="unseen" role="status">${contacts && !isBusy && found}</p>
    ${refusal && html`<${Problem} refusal=${refusal} retry=${pages.again} />`}
    ${!contacts && !refusal && html`<${Loading} />`}
    ${contacts?.length > 0 && html`<p class="dim small count"><span>${found}</span>
        <span>${asked.q ? t.bestFirst : t.newestFirst}</span></p>
      <${DemoNote} contacts=${contacts} onGone=${pages.anew} /><${Rows} contacts=${contacts} onOpen=${keep} />`}
    ${none && !refusal && html`<${Empty} asked=${asked} isFiltered=${isFiltered} isComplete=${isComplete && !next}
      onClear=${() => change({ tag: "", source: "" })} onLoaded=${pages.anew} />`}
    ${next && !refusal && contacts && html`<${More} onMore=${pages.more} isBusy=${isBusy} />`}
  </div>`;
}
