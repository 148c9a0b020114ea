// The files that were brought in before.
import { html } from "./view.js";
import { get } from "./api.js";
import { usePages } from "./paged.js";
import { Problem } from "./problem.js";
import { hrefOf } from "./router.js";
import { bringIn as t } from "./texts_files.js";
import { shortTime, wholeTime } from "./times.js";

async function load(after, signal) {
  const page = await get("imports", { page_size: "20", page_token: after }, signal);
  return { contacts: page.result.filter(({ options }) => !options.dry_run), next: page.next_page_token };
}

export function PastImports() {
  const { contacts: jobs, next, refusal, isBusy, more, again } = usePages("imports", load);
  const row = (job) => html`<li><a class="past" href=${hrefOf(["import", job.id])}>
    <bdi class="name">${job.file_name || t.nameless}</bdi><span class="dim">${t.sums(job)}</span>
    <span class=${`outcome ${job.state}`}>${job.tm_undo ? t.undone : t.states[job.state]}</span>
    <time class="dim" datetime=${job.tm_create} title=${wholeTime(job.tm_create)}>${shortTime(job.tm_create)}</time></a>
      </li>`;
  return html`${refusal && html`<${Problem} refusal=${refusal} retry=${again} />`}
    ${jobs?.length > 0 && html`<section><h2>${t.past}</h2><div class="list"><ul class="rows" aria-label=${t.past}>
      ${jobs.map(row)}</ul></div></section>`}
    ${next && html`<p class="more"><button type="button" disabled=${isBusy} onClick=${more}>${t.more}</button></p>`}`;
}
