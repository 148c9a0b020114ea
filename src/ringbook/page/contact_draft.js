// A contact while it is being changed: what differs from what was read, and what is sent of it. Draws nothing.

export const TEXTS = ["first_name", "last_name", "display_name", "company", "job_title"];
/** The lists of a contact: where the value of an entry stands, and the types that it may have. */
export const LISTS = {
  phone_numbers: { value: "number", types: ["mobile", "work", "home", "fax", "other"] },
  emails: { value: "address", types: ["work", "personal", "other"] },
};
export const FIELDS = [...TEXTS, "phone_numbers", "emails", "tag_ids", "notes"];

let entries = 0;
/** An entry of a list that is being changed; its key stays while entries come and go. */
export const newEntry = (list, value = "", type = "") => ({
  key: ++entries, [LISTS[list].value]: value, type: type || LISTS[list].types[0], is_primary: false,
});

/** An entry as it was read. */
const entryOf = (list) => ({ id, type, is_primary, ...read }) => (
  { ...newEntry(list, read[LISTS[list].value], type), id, is_primary }
);

/** What of a contact can be changed. */
export function draftOf(contact) {
  const draft = Object.fromEntries([...TEXTS, "notes"].map((name) => [name, contact[name] ?? ""]));
  for (const list of Object.keys(LISTS)) draft[list] = (contact[list] ?? []).map(entryOf(list));
  return { ...draft, tag_ids: [...(contact.tag_ids ?? [])] };
}

/** A draft with nothing in it but what is given: {name, number, email}. */
export function emptyDraft({ name = "", number = "", email = "" } = {}) {
  const words = name.trim().split(/\s+/);
  const [first_name, last_name] = [words.slice(0, -1).join(" ") || words[0], words.length > 1 ? words.at(-1) : ""];
  const draft = draftOf({ first_name, last_name });
  draft.phone_numbers = [newEntry("phone_numbers", number)];
  draft.emails = email ? [newEntry("emails", email)] : [];
  return draft;
}

/** The entries of a list that have something in them, in the form of the API. */
function sentList(list, draft) {
  const { value } = LISTS[list];
  const filled = draft[list].filter((entry) => entry[value].trim());
  const sentOf = ({ id, type, is_primary, ...entry }) => ({ ...(id && { id }), [value]: entry[value], type, is_primary });
  return filled.map(sentOf);
}

/** The value of one field as it is sent. */
const sent = (field, draft) => (LISTS[field] ? sentList(field, draft) : draft[field]);

/** Whether two drafts say the same of a field. */
export function isSame(field, one, other) {
  const values = (draft) => (LISTS[field] ? sentList(field, draft).map(({ id, ...rest }) => rest) : draft[field]);
  const plain = (draft) => JSON.stringify(values(draft));
  return plain(one) === plain(other);
}

/** The fields of `draft` that are not as in `base`, as they are sent. */
export function changesOf(base, draft) {
  const changed = FIELDS.filter((field) => !isSame(field, base, draft));
  return Object.fromEntries(changed.map((field) => [field, sent(field, draft)]));
}

/** The API names an entry by its place in what was sent: name it by its key. */
export function byKey(draft, wrong) {
  const found = {};
  for (const [field, text] of Object.entries(wrong)) {
    const [, list, place] = /^(\w+)\[(\d+)\]/.exec(field) ?? [];
    const { value } = LISTS[list] ?? {};
    const entry = value && draft[list].filter((one) => one[value].trim())[Number(place)];
    found[entry ? `${list}.${entry.key}` : field.replace(/[[.].*/, "")] ??= text;
  }
  return found;
}
