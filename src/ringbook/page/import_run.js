// One import: how far it has come, what came of it, and the way back.
import { html, useEffect, useState } from "./view.js";
import { del, post } from "./api.js";
import { Confirm } from "./dialog.js";
import { Icon } from "./icons.js";
import { Progress, Sums } from "./import_progress.js";
import { fileProblemOf, isUnderWay, useImport } from "./import_source.js";
import { dropList } from "./kept_list.js";
import { Problem } from "./problem.js";
import { allTags } from "./tags.js";
import { bringIn as t } from "./texts_files.js";

function titleOf(job) {
  const name = job.file_name || t.nameless;
  if (job.tm_undo) return t.undoneTitle(name);
  return { done: t.doneTitle, failed: t.failedTitle, cancelled: t.stoppedTitle }[job.state]?.(name) ?? t.runTitle(name);
}

const QUESTIONS = {
  stop: { title: t.stopTitle, lead: t.stopLead, action: t.stop, call: (id) => del(`imports/${id}`) },
  undo: { title: t.undoTitle, lead: t.undoLead, action: t.undo, call: (id) => post(`imports/${id}/undo`) },
};

export function ImportRun({ id }) {
  const [isUndoing, setUndoing] = useState(false), [asking, setAsking] = useState("");
  const [problem, setProblem] = useState(null);
  const { job, refusal, speed, again } = useImport(id, isUndoing);
  const hasEnded = job && !isUnderWay(job);
  useEffect(() => {
    if (!hasEnded) return;
    dropList();
    allTags(true).catch(() => {}); // the file may have made some
  }, [hasEnded, job?.tm_undo]);
  const answer = async () => {
    setAsking("");
    setProblem(null);
    try {
      await QUESTIONS[asking].call(id);
      if (asking === "undo") setUndoing(true);
      else again();
    } catch (error) {
      setProblem(error);
    }
  };
  if (!job) return html`<div class="title"><h1>${t.title}</h1></div>${refusal && html`<${Problem} refusal=${refusal}
    retry=${again} />`}`;
  const isTakingBack = isUndoing && !job.tm_undo;
  const isMoving = isUnderWay(job) || isTakingBack;
  const hasDone = job.created + job.updated > 0;
  const question = QUESTIONS[asking];
  return html`<p class="backlink"><a href="#/import"><${Icon} name="back" />${t.title}</a></p><div class="title"><h1>
    ${titleOf(job)}</h1></div>
    ${(problem ?? refusal) && html`<${Problem} refusal=${problem ?? refusal} retry=${problem ? undefined : again} />`}
    <div class="card">
      ${isMoving && html`<${Progress} job=${isTakingBack ? null : job} speed=${speed}
        says=${isTakingBack ? t.undoing : job.state === "queued" ? t.waiting : t.working} />`}
      ${job.error && html`<p class="wrong" role="alert">${fileProblemOf(job)}</p>`}
      ${job.tm_undo && html`<p role="status">${t.undoneLead(job.undone)}</p>`}
      <${Sums} job=${job} />
      ${job.rejected > 0 && html`<p class="rejects"><a class="button" download href=${`v1.0/imports/${id}/rejects`}>
        <${Icon} name="import" />${t.rejects(job.rejected)}</a><span class="hint">${t.rejectsHint}</span></p>`}
      <div class="actions">
        ${isUnderWay(job) && html`<button type="button" onClick=${() => setAsking("stop")}>${t.stop}</button>`}
        ${!isMoving && html`<a class="button main" href="#/contacts">${t.toContacts}</a><a class="button"
          href="#/import">${t.toStart}</a>`}
        ${!isMoving && hasDone && !job.tm_undo && html`<button type="button" onClick=${() => setAsking("undo")}>
          ${t.undo}</button>`}</div></div>
    ${question && html`<${Confirm} title=${question.title} action=${question.action} onYes=${answer}
      onNo=${() => setAsking("")}><p>${question.lead}</p><//>`}`;
}
