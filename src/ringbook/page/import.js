// Contacts from a file: chosen or dropped, looked at, brought in; and what was brought in before.
import { html, useEffect, useRef, useState } from "./view.js";
import { Icon } from "./icons.js";
import { ImportReview } from "./import_review.js";
import { ImportRun } from "./import_run.js";
import { isReadable } from "./import_source.js";
import { PastImports } from "./import_list.js";
import { bringIn as t } from "./texts_files.js";

function DropPlace({ onFile }) {
  const [isOver, setOver] = useState(false);
  const input = useRef(null);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file) onFile(file);
  };
  return html`<div class=${`drop${isOver ? " over" : ""}`} onDragEnter=${() => setOver(true)}
    onDragOver=${(event) => { event.preventDefault(); setOver(true); }}
      onDragLeave=${(event) => event.currentTarget.contains(event.relatedTarget) || setOver(false)} onDrop=${drop}>
    <${Icon} name="import" /><p class="wide-only"><strong>${t.drop}</strong> <span class="dim">${t.or}</span></p>
    <button type="button" class="main" onClick=${() => input.current.click()}>${t.choose}</button>
    <input ref=${input} type="file" hidden aria-label=${t.choose}
      accept=".csv,.txt,.tsv,.vcf,.vcard,.jsonl,.ndjson,text/csv,text/vcard,text/plain"
      onChange=${(event) => event.target.files[0] && onFile(event.target.files[0])} /></div>`;
}

/** A file that is dropped beside the place for it does not take the page's. */
function useNoOtherDrop() {
  useEffect(() => {
    const stay = (event) => event.preventDefault();
    addEventListener("dragover", stay);
    addEventListener("drop", stay);
    return () => {
      removeEventListener("dragover", stay);
      removeEventListener("drop", stay);
    };
  }, []);
}

export default function Screen({ route }) {
  const [file, setFile] = useState(null), [isUnreadable, setUnreadable] = useState(false);
  const [id] = route.rest;
  useNoOtherDrop();
  useEffect(() => { if (id) setFile(null); }, [id]);
  if (id) return html`<${ImportRun} key=${id} id=${id} />`;
  if (file) return html`<${ImportReview} file=${file} onLeave=${() => setFile(null)} />`;
  const take = async (chosen) => {
    const isGood = await isReadable(chosen);
    setUnreadable(!isGood);
    if (isGood) setFile(chosen);
  };
  return html`<div class="title"><h1>${t.title}</h1></div><p class="lead">${t.lead}</p>
    ${isUnreadable && html`<p class="problem" role="alert">${t.unreadable}</p>`}
    <${DropPlace} onFile=${take} /><${PastImports} />`;
}
