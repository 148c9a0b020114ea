// What was read of a file, before anything is changed: columns, first contacts, what would be done; and the options.
import { html, useEffect, useRef, useState } from "./view.js";
import { del, onceKey } from "./api.js";
import { Columns } from "./import_columns.js";
import { ImportOptions } from "./import_options.js";
import { Preview } from "./import_preview.js";
import { Progress, Sums } from "./import_progress.js";
import { columnsOf, fileProblemOf, isUnderWay, send, useImport } from "./import_source.js";
import { Problem } from "./problem.js";
import { go, hrefOf } from "./router.js";
import { bringIn as t } from "./texts_files.js";

const START = {
  on_duplicate: "update", overwrite: false, keep_unknown: false, tag: "", region: "", encoding: "", map: {},
};

export function ImportReview({ file, onLeave }) {
  const [options, setOptions] = useState(START), [looked, setLooked] = useState(null); // {id, options} of the dry run
  const [refusal, setRefusal] = useState(null), [isSending, setSending] = useState(false);
  const [once] = useState(onceKey);
  const shown = useRef(true);
  const read = useRef(null); // what was read last: it stands there while the file is looked at again
  const { job, refusal: lost, speed, again } = useImport(looked?.id);

  const forget = () => looked && (!job || isUnderWay(job)) && del(`imports/${looked.id}`).catch(() => {});
  const look = async () => {
    forget();
    setSending(true);
    setRefusal(null);
    try {
      const sent = await send(file, { ...options, dry_run: true });
      if (shown.current) setLooked({ id: sent.id, options });
    } catch (error) {
      setRefusal({ error, retry: look });
    }
    setSending(false);
  };
  const begin = async () => {
    forget();
    setSending(true);
    setRefusal(null);
    try {
      const given = [file.name, file.size, file.lastModified, options];
      go(hrefOf(["import", (await send(file, options, once(given))).id]));
    } catch (error) {
      setRefusal({ error, retry: begin });
      setSending(false);
    }
  };
  useEffect(() => {
    look();
    return () => { shown.current = false; };
  }, []);

  const isStale = looked !== null && JSON.stringify(looked.options) !== JSON.stringify(options);
  const isMoving = isSending || (job ? isUnderWay(job) : !refusal && !lost);
  if (job) {
    const unknown = [...job.unknown_columns, ...(job.state === "failed" ? columnsOf(job) : [])];
    if (job.preview.length || unknown.length || Object.keys(job.mapping).length) read.current = { ...job, unknown };
  }
  const isReady = job && !isSending && (job.state === "done" || (job.state === "running" && job.rows_read > 0));
  const changes = job ? job.created + job.updated : 0;
  const says = isSending ? t.sending : !job || job.state === "queued" ? t.waiting : t.looking;
  return html`<div class="title"><h1><bdi>${file.name}</bdi></h1><button type="button"
    onClick=${() => { forget(); onLeave(); }}>${t.another}</button></div>
    ${(refusal || lost) && html`<${Problem} refusal=${refusal?.error ?? lost} retry=${refusal?.retry ?? again} />`}
    <div class="card">
      ${isMoving && html`<${Progress} job=${isSending ? null : job} speed=${speed} says=${says} />`}
      ${job?.state === "failed" && html`<p class="wrong" role="alert">${fileProblemOf(job)}</p>`}
      ${job?.rows_read > 0 && html`<h2>${t.would}</h2><p class="dim">
        ${t.readAs(t.forms[job.form], t.encodings[job.encoding] ?? job.encoding)}</p><${Sums} job=${job} />`}
      ${job?.state === "done" && !changes && !isStale && html`<p role="status">${t.nothing}</p>`}
      ${isStale && html`<p class="warning" role="status">${t.stale}</p>`}
      <${ImportOptions} options=${options} onChange=${(more) => setOptions({ ...options, ...more })} />
      <div class="actions">${isStale && html`<button type="button" class="main" disabled=${isSending} onClick=${look}>
        ${t.again}</button>`}
        ${job?.state !== "failed" && html`<button type="button" class=${isStale ? "" : "main"}
          disabled=${!isReady || isStale || (job.state === "done" && !changes)} onClick=${begin}>
          ${t.begin(job?.state === "done" ? changes : 0)}</button>`}</div></div>
    ${read.current && html`<${Columns} mapping=${read.current.mapping} unknown=${read.current.unknown}
        map=${options.map} onChange=${(map) => setOptions({ ...options, map })} />
      <${Preview} rows=${read.current.preview} />`}`;
}
