// The last calls, kept up to date for as long as somebody looks. Draws nothing.
import { ask, byTimer, post } from "./api.js";
import { useEffect, useRef, useState } from "./view.js";

const EVERY = 2000, SLOWEST = 15_000; // milliseconds
const LATE = 10_000; // a call may come into the list that much after a later one
const MOST = 200;

/** The calls that are known and those that were answered, newest first, each once. */
export function merged(known, answered) {
  const all = new Map([...known, ...answered].map((call) => [call.id, call]));
  return [...all.values()].sort((one, other) => (one.id < other.id ? 1 : -1)).slice(0, MOST);
}

const sinceOf = (calls) => (calls?.length ? new Date(new Date(calls[0].tm) - LATE).toISOString() : "");

/**
 * {calls, isKept, isAway, refusal, again}: null until they are known. Asks every two seconds, more seldom while Ringbook does
 * not answer, and not at all while the page is out of sight.
 */
export function useCalls() {
  const [state, setState] = useState({ calls: null, isKept: true, isAway: false, refusal: null });
  const [round, setRound] = useState(0);
  const calls = useRef(null);
  useEffect(() => {
    const ended = new AbortController();
    let timer = 0, pause = EVERY, isAsking = false;
    const tell = (more) => setState((before) => ({
      ...before, calls: calls.current, isAway: false, refusal: null, ...more,
    }));
    const look = async () => {
      clearTimeout(timer);
      if (document.hidden || isAsking || ended.signal.aborted) return;
      isAsking = true;
      try {
        const query = { since: sinceOf(calls.current) };
        const asked = await ask("GET", "calls", { query, headers: calls.current && byTimer, signal: ended.signal });
        const { result, is_kept: isKept } = asked.data;
        calls.current = merged(calls.current ?? [], result);
        pause = EVERY;
        tell({ isKept });
      } catch (refusal) {
        if (ended.signal.aborted || refusal.name === "AbortError") return;
        pause = Math.max(Math.min(pause * 2, SLOWEST), (refusal.seconds ?? 0) * 1000);
        tell({ isAway: true, refusal });
        if (!refusal.isPassing) return;
      } finally {
        isAsking = false;
      }
      timer = setTimeout(look, pause);
    };
    look();
    document.addEventListener("visibilitychange", look);
    addEventListener("online", look);
    return () => {
      ended.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
      removeEventListener("online", look);
    };
  }, [round]);
  return { ...state, again: () => setRound(round + 1) };
}

/** What a contact of this call would have: {kind, value}; null where it was no number and no address. */
export function valueOf(call) {
  if (call.number) return { kind: "phone", value: call.number };
  return /^[^\s@:]+@[^\s@]+$/.test(call.asked) ? { kind: "email", value: call.asked } : null;
}

/** The contacts that have by now what nobody had when it was asked for, by value. */
export function useFoundSince(calls) {
  const [found, setFound] = useState(new Map());
  const asked = useRef(new Set());
  const missed = (calls ?? []).filter(({ contact }) => !contact).map(valueOf).filter(Boolean);
  const unknown = missed.filter(({ value }) => !asked.current.has(value));
  const fresh = [...new Map(unknown.map((one) => [one.value, one])).values()];
  useEffect(() => {
    if (!fresh.length) return;
    for (const { value } of fresh) asked.current.add(value);
    const of = (wanted) => fresh.filter(({ kind }) => kind === wanted).map(({ value }) => value);
    post("contacts/lookup", { phones: of("phone"), emails: of("email") }, byTimer).then(
      ({ result }) => {
        const more = result.filter(({ contact }) => contact).map(({ value, contact }) => [value, contact]);
        setFound((before) => new Map([...before, ...more]));
      },
      () => {}, // the list says what was found then, all the same
    );
  }, [fresh.map(({ value }) => value).join(" ")]);
  const keep = (value, contact) => setFound((before) => new Map([...before, [value, contact]]));
  return [found, keep];
}
