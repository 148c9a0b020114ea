// Who is logged in, what they may do, and how they come in and leave.
import { Refusal, ask, onCodesDemanded, onSessionEnd } from "./api.js";
import { useEffect, useState } from "./view.js";

const MARK = "ringbook.logged_in"; // the cookie itself cannot be seen: it spares a request that must fail
const WHO = "ringbook.user"; // whose cookie it is: another tab may have brought another one

let open = null; // the session that the API answered, {session, user, scopes, must_set_up_totp}
let ended = null; // {promise, keep, give_up} while somebody is asked to log in again
const watchers = new Set();

function tell() {
  for (const watcher of watchers) watcher({});
}

function mark(isIn) {
  try {
    if (isIn) localStorage.setItem(MARK, "1");
    else localStorage.removeItem(MARK);
    if (isIn && open) localStorage.setItem(WHO, open.user.id);
  } catch {
    // a browser without storage asks each time
  }
}

function isMarked() {
  try {
    return localStorage.getItem(MARK) === "1";
  } catch {
    return true;
  }
}

const forgetters = [];
/** Say what is to be forgotten with a person who leaves: the next one may be of another company. */
export const withThePerson = (forgetter) => { forgetters.push(forgetter); };

function close() {
  open = null;
  for (const forgetter of forgetters) forgetter();
}

addEventListener("storage", ({ key, newValue }) => { // another tab's login is this one's too
  if (key !== WHO || !newValue || !open || newValue === open.user.id) return;
  close();
  tell(); // with what was typed goes the question before it is left
  setTimeout(() => location.reload());
});

function begin(session) {
  if (open?.user.id !== session.user.id) close();
  open = session;
  mark(true);
  ended?.keep();
  ended = null;
  tell();
}

/** The session, and whether it has ended under the screen; draws again when that changes. */
export function useSession() {
  const [, draw] = useState({});
  useEffect(() => {
    watchers.add(draw);
    return () => watchers.delete(draw);
  }, []);
  return { open, isEnded: ended !== null };
}

export const may = (scope) => open?.scopes.includes(scope) ?? false;

/** Find out whether the browser has a session. */
export async function findSession() {
  if (!isMarked()) return;
  try {
    open = (await ask("GET", "sessions/current", { isLogin: true })).data;
    mark(true);
  } catch (refusal) {
    if (refusal.kind !== "login" && refusal.kind !== "forbidden") throw refusal;
    mark(false);
  }
  tell();
}

/** On plain http a browser keeps no cookie that is for https, and says nothing: the session is asked for to see it. */
async function beginIfKept({ data }) {
  try {
    if (location.protocol === "http:") await ask("GET", "sessions/current", { isLogin: true });
  } catch (refusal) {
    throw refusal.kind === "login" ? new Refusal("not_kept") : refusal;
  }
  begin(data);
}

export const logIn = async (body) => beginIfKept(await ask("POST", "sessions", { body, isLogin: true }));
export const setPassword = async (body) => beginIfKept(await ask("POST", "passwords", { body, isLogin: true }));
export const refresh = async () => begin((await ask("GET", "sessions/current")).data);

/** Leave; also where the session has ended already. */
export async function logOut() {
  try {
    await ask("DELETE", "sessions/current", { isLogin: true });
  } catch (refusal) {
    if (refusal.kind !== "login") throw refusal;
  }
  forget();
}

/** Go back to the login without a session: what waits for one is given up. */
export function forget() {
  close();
  mark(false);
  ended?.giveUp(new DOMException("nobody logged in again", "AbortError"));
  ended = null;
  tell();
}

onSessionEnd(() => {
  if (!ended) {
    ended = {};
    ended.promise = new Promise((keep, giveUp) => Object.assign(ended, { keep, giveUp }));
    tell();
  }
  return ended.promise;
});

onCodesDemanded(() => refresh().catch(() => {})); // who called is told that it was refused
