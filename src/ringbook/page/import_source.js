// Imports: sent, asked about until they have ended. Draws nothing.
import { ask, get } from "./api.js";
import { fieldTextOf } from "./problem.js";
import { fileProblems, rowProblems } from "./texts_files.js";
import { useEffect, useRef, useState } from "./view.js";

const EVERY = 500, SLOWEST = 10_000; // milliseconds

/** Whether the browser can read the file: a folder that was dropped is none. */
export async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Send a file with options, and return the import of it. */
export async function send(file, options, headers) {
  const { map, ...others } = options;
  const query = { ...others, file_name: file.name, map: map && Object.keys(map).length ? JSON.stringify(map) : "" };
  return (await ask("POST", "imports", { query, body: file, headers })).data;
}

export const isUnderWay = ({ state }) => state === "queued" || state === "running";

/**
 * {job, refusal, speed, again}: the import, asked about until it has ended, or, where `isUndoing`, was taken back.
 * `speed` is {rate, left}: rows and seconds, once that can be told.
 */
export function useImport(id, isUndoing = false) {
  const [job, setJob] = useState(null), [refusal, setRefusal] = useState(null), [round, setRound] = useState(0);
  const first = useRef(null);
  useEffect(() => {
    if (!id) return undefined;
    first.current = null;
    const ended = new AbortController();
    let timer = 0, pause = EVERY;
    const look = async () => {
      try {
        const found = await get(`imports/${id}`, {}, ended.signal);
        pause = EVERY;
        const { rows_read: rows, bytes_read: bytes } = found;
        if (rows && !first.current) first.current = { at: performance.now(), rows, bytes };
        setJob(found);
        setRefusal(null);
        if (!isUnderWay(found) && !(isUndoing && !found.tm_undo)) return;
      } catch (error) {
        if (ended.signal.aborted || error.name === "AbortError") return;
        setRefusal(error);
        pause = Math.max(Math.min(pause * 2, SLOWEST), (error.seconds ?? 0) * 1000);
        if (!error.isPassing) return;
      }
      timer = setTimeout(look, pause);
    };
    look();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [id, isUndoing, round]);
  const speed = job && speedOf(job, first.current);
  return { job: job?.id === id ? job : null, refusal, speed, again: () => setRound(round + 1) };
}

function speedOf(job, first) {
  const seconds = first ? (performance.now() - first.at) / 1000 : 0;
  const bytes = first ? job.bytes_read - first.bytes : 0;
  if (seconds < 1 || bytes <= 0) return null;
  return { rate: (job.rows_read - first.rows) / seconds, left: ((job.bytes_total - job.bytes_read) * seconds) / bytes };
}

function inWords(problems, message) {
  for (const [pattern, text] of problems) {
    const found = pattern.exec(message);
    if (found) return typeof text === "function" ? text(found, fieldTextOf) : text;
  }
  return message;
}

export const fileProblemOf = (job) => inWords(fileProblems, job.error);
export const rowProblemOf = (message) => inWords(rowProblems, message);

/** The names of the columns that nothing is read from, where an import has failed for that. */
export function columnsOf(job) {
  const listed = /no column has a name that is known.* There are (.+)$/s.exec(job.error)?.[1] ?? "";
  return [...listed.matchAll(/'([^']*)'(?=, |$)/g)].map(([, name]) => name).filter(Boolean);
}
