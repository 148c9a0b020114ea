// A list that comes in pages: the first at once, more on demand, and answers that come too late dropped.
import { useEffect, useRef, useState } from "./view.js";

const PAUSE = 120; // milliseconds after the last key before a request is sent

/**
 * `load(after, signal)` answers {contacts, next, isComplete}; it is called anew when `key` is another, after a pause if
 * `isTyped`. `kept` is what was shown for this key before: it is shown again.
 */
export function usePages(key, load, { isTyped, kept } = {}) {
  const [state, setState] = useState(() => kept ?? { contacts: null, next: "", isComplete: true });
  const [refusal, setRefusal] = useState(null), [isBusy, setBusy] = useState(false);
  const asking = useRef(null);
  const first = useRef(true);

  async function fetchPage(after, before) {
    asking.current?.abort();
    const mine = (asking.current = new AbortController());
    setBusy(true);
    setRefusal(null);
    try {
      const page = await load(after, mine.signal);
      if (mine.signal.aborted) return;
      const seen = new Set(before.map(({ id }) => id));
      setState({ ...page, contacts: [...before, ...page.contacts.filter(({ id }) => !seen.has(id))] });
    } catch (error) {
      if (mine.signal.aborted || error.name === "AbortError") return;
      setRefusal(error);
    }
    setBusy(false);
  }

  useEffect(() => {
    const isFirst = first.current;
    first.current = false;
    if (isFirst && kept) return undefined;
    const pause = isTyped && !isFirst ? PAUSE : 0;
    const timer = setTimeout(() => fetchPage("", []), pause);
    return () => {
      clearTimeout(timer);
      asking.current?.abort();
    };
  }, [key]);

  return {
    ...state, refusal, isBusy,
    more: () => !isBusy && state.next && fetchPage(state.next, state.contacts),
    again: () => (refusal && state.contacts && state.next ? fetchPage(state.next, state.contacts) : fetchPage("", [])),
    anew: () => fetchPage("", []),
    leaveOut: (id) => setState({ ...state, contacts: state.contacts.filter((contact) => contact.id !== id) }),
  };
}
