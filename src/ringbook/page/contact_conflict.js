// Two people have changed the same contact: what each says, side by side, and which of it is to be.
import { html, useState } from "./view.js";
import { FIELDS, LISTS, isSame } from "./contact_draft.js";
import { By, When } from "./contact_history.js";
import { Dialog } from "./dialog.js";
import { useTags } from "./tags.js";
import { common, contact as t } from "./texts.js";

/** What a draft says of a field, as lines. */
function linesOf(field, draft, names) {
  if (field === "tag_ids") return draft.tag_ids.map((id) => names.get(id) ?? t.tags.unknown);
  if (!LISTS[field]) return draft[field] ? [draft[field]] : [];
  const more = (entry) => [t.types[entry.type], entry.is_primary && t.primary].filter(Boolean).join(", ");
  return draft[field].map((entry) => `${entry[LISTS[field].value]} (${more(entry)})`);
}

/** `onSettle` is given the draft that is to be saved over theirs. */
export function Conflict({ base, mine, theirs, change, onSettle, onClose }) {
  const names = new Map(useTags().map(({ id, name }) => [id, name]));
  const fields = FIELDS.filter((field) => !isSame(field, mine, theirs));
  const each = (value) => Object.fromEntries(fields.map((field) => [field, value(field)]));
  const [takesMine, setTakesMine] = useState(() => each((field) => !isSame(field, mine, base)));
  const settle = () => onSettle({ ...theirs, ...each((field) => (takesMine[field] ? mine : theirs)[field]) });
  const choice = (field, isMine, draft) => {
    const lines = linesOf(field, draft, names);
    return html`<label class="choice"><input type="radio" name=${`choice-${field}`}
      checked=${takesMine[field] === isMine} onChange=${() => setTakesMine({ ...takesMine, [field]: isMine })} />
      <span><span class="unseen">${isMine ? t.conflict.mine : t.conflict.theirs}: </span>
        ${lines.length ? lines.map((line) => html`<bdi>${line}</bdi>`) : html`<i class="dim">${t.nothing}</i>`}</span></label>`;
  };
  return html`<${Dialog} title=${t.conflict.title} onClose=${onClose} wide>
    <p>${change && html`<${By} by=${change.by} />, <${When} time=${change.tm} />. `}${t.conflict.lead}</p>
    <div class="sides" aria-hidden="true"><span></span><b>${t.conflict.mine}</b><b>${t.conflict.theirs}</b></div>
    ${fields.map((field) => html`<fieldset key=${field}
      class="sides"><legend>${t.fields[field]}</legend>
      ${choice(field, true, mine)}${choice(field, false, theirs)}</fieldset>`)}
    <div class="actions"><button type="button" class="main" onClick=${settle}>${t.conflict.save}</button>
      <button type="button" onClick=${onClose}>${t.conflict.back}</button></div><//>`;
}
