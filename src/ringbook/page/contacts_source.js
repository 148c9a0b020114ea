// The contacts that a box, filters and a place in the list ask for, page by page. Draws nothing.
import { get } from "./api.js";

const PAGE_SIZE = "50";
const MOST_REQUESTS = 6; // for one page of a search with filters, which are applied here

const fits = ({ tag, source }) => (contact) => (
  (!tag || contact.tag_ids.includes(tag)) && (!source || contact.source === source)
);

/** Return {contacts, next, isComplete}: the page behind the token `after`, for what `asked` says: {q, tag, source}. */
export async function contactsOf(asked, after, signal) {
  const { q, tag, source } = asked;
  if (!q) {
    const page = await get("contacts", { tag_id: tag, source, page_size: PAGE_SIZE, page_token: after }, signal);
    return { contacts: page.result, next: page.next_page_token, isComplete: true };
  }
  const found = [];
  let next = after, isComplete = true;
  for (let n = 0; n < MOST_REQUESTS; n++) {
    const page = await get("contacts/search", { q, page_size: PAGE_SIZE, page_token: next }, signal);
    found.push(...page.result.filter(fits(asked)));
    next = page.next_page_token;
    isComplete &&= page.complete || Boolean(page.result.length);
    if (!next || found.length || !(tag || source || !page.complete)) break;
  }
  return { contacts: found, next, isComplete };
}

/** The deleted contacts, the last deleted first. */
export async function deletedContacts(after, signal) {
  const page = await get("contacts", { deleted: "true", page_size: PAGE_SIZE, page_token: after }, signal);
  return { contacts: page.result, next: page.next_page_token, isComplete: true };
}
