// What a screen asks of the API: something to show, and something to be done.
import { useEffect, useRef, useState } from "./view.js";

/** What `load` answers, null until it does; `again` asks anew, and may be given what is there now. */
export function useLoaded(load) {
  const [loaded, setLoaded] = useState(null), [refusal, setRefusal] = useState(null);
  const again = async () => {
    setRefusal(null);
    try {
      setLoaded(await load());
    } catch (error) {
      setRefusal(error);
    }
  };
  useEffect(() => { again(); }, []);
  return { loaded, setLoaded, refusal, again };
}

/**
 * Do something that the API may refuse: `act` answers what `work` does, undefined where it was refused. A second click
 * meanwhile does nothing; the button is not disabled, as it would lose the cursor.
 */
export function useAct() {
  const [refusal, setRefusal] = useState(null);
  const isBusy = useRef(false);
  const act = async (work) => {
    if (isBusy.current) return undefined;
    isBusy.current = true;
    setRefusal(null);
    try {
      return await work();
    } catch (error) {
      setRefusal(error);
      return undefined;
    } finally {
      isBusy.current = false;
    }
  };
  return { act, refusal };
}

/** What had the cursor is not there any more. */
export const focusMain = () =>
  requestAnimationFrame(() => document.getElementById("main")?.focus({ preventScroll: true }));
