// The contacts that were deleted, and the way back for each.
import { html, useState } from "./view.js";
import { post } from "./api.js";
import { BackToContacts } from "./contact.js";
import { When } from "./contact_history.js";
import { More } from "./contacts_list.js";
import { deletedContacts } from "./contacts_source.js";
import { Icon } from "./icons.js";
import { dropList } from "./kept_list.js";
import { usePages } from "./paged.js";
import { Avatar, shownName } from "./people.js";
import { Loading, Problem, textOf } from "./problem.js";
import { go, hrefOf } from "./router.js";
import { may } from "./session.js";
import { trash as t } from "./texts.js";
import { say } from "./toast.js";

export function Trash() {
  const pages = usePages("deleted", deletedContacts);
  const { contacts, next, refusal, isBusy } = pages;
  const [problem, setProblem] = useState({});
  const restore = async (contact) => {
    try {
      await post(`contacts/${contact.id}/restore`);
      dropList();
      pages.leaveOut(contact.id);
      say(t.restored(shownName(contact)), t.look, () => go(hrefOf(["contacts", contact.id])));
      document.getElementById("main").focus();
    } catch (error) {
      setProblem({ [contact.id]: textOf(error) });
    }
  };
  const row = (contact) => html`<li key=${contact.id} class="trashed"><${Avatar} contact=${contact} />
    <span class="who"><bdi class="name">${shownName(contact)}</bdi><span class="dim small">${t.deleted} <${When}
      time=${contact.tm_delete} /></span></span>
    ${may("write") && html`<button type="button" aria-label=${t.restoreNamed(shownName(contact))}
      onClick=${() => restore(contact)}><${Icon} name="restore" />${t.restore}</button>`}
    ${problem[contact.id] && html`<p class="wrong" role="alert">${problem[contact.id]}</p>`}</li>`;
  return html`<${BackToContacts} /><div class="title"><h1>${t.title}</h1></div>
    ${refusal && html`<${Problem} refusal=${refusal} retry=${pages.again} />`}
    ${!contacts && !refusal && html`<${Loading} />`}
    ${contacts?.length > 0 && html`<p class="dim">${t.lead}</p><div class="list">
      <ul class="rows">${contacts.map(row)}</ul></div>`}
    ${contacts?.length === 0 && !isBusy && html`<div class="empty"><p class="lead">${t.empty}</p></div>`}
    ${next && contacts && !refusal && html`<${More} onMore=${pages.more} isBusy=${isBusy} />`}`;
}
