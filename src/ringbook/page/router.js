// Where in the page one is: #/contacts/ID?q=…, and which module shows it.
import { useEffect, useState } from "./view.js";

/**
 * The screens, in the order of the navigation. A module's default export is its function `Screen({ route })`; it is
 * loaded when it is first shown. `scope` is what one must be allowed to do to see it; one that is hidden does not stand
 * in the navigation.
 */
export const SCREENS = [
  { name: "contacts", scope: "read", load: () => import("./contacts.js") },
  { name: "import", scope: "write", load: () => import("./import.js") },
  { name: "export", scope: "read", load: () => import("./export.js") },
  { name: "phones", scope: "read", load: () => import("./phones.js") },
  { name: "callers", scope: "read", load: () => import("./callers.js") },
  { name: "cleanup", scope: "write", load: () => import("./cleanup.js") },
  { name: "settings", scope: "lookup", load: () => import("./settings.js") },
  { name: "start", scope: "write", isHidden: true, load: () => import("./start.js") },
];

/** Read a hash: the screen, the parts of the path behind it, and the query. */
export function routeOf(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [screen, ...rest] = path.split("/").filter(Boolean).map(decode);
  return { screen: screen ?? "", rest, query: new URLSearchParams(query), hash };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The link to a place: hrefOf(["contacts", id], {q: "smith"}). Empty values are left out. */
export function hrefOf(parts, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value);
  return `#/${parts.map(encodeURIComponent).join("/")}${given.length ? `?${new URLSearchParams(given)}` : ""}`;
}

let guard = null; // asked before another place is shown: what is typed may be lost
let shown = location.hash;
const watchers = new Set();

/** While `isDirty`, ask `mayLeave` before another place is shown; it is given what goes there. */
export function useGuard(isDirty, mayLeave) {
  useEffect(() => {
    if (!isDirty) return undefined;
    const stay = (event) => event.preventDefault();
    guard = mayLeave;
    addEventListener("beforeunload", stay);
    return () => {
      guard = null;
      removeEventListener("beforeunload", stay);
    };
  }, [isDirty]);
}

/** Tell whoever draws by it where one is now. */
function tell() {
  shown = location.hash;
  for (const watcher of watchers) watcher(routeOf(shown));
}

/** Go somewhere; `isSame` where it is the same place with another query, which Back is not to show again. */
export function go(href, { isSame = false, isFree = false } = {}) {
  if (isFree) guard = null;
  if (isSame) {
    history.replaceState(null, "", href);
    tell();
  } else location.hash = href;
}

addEventListener("hashchange", () => {
  const wanted = location.hash;
  if (wanted === shown) return;
  if (guard) {
    history.replaceState(null, "", shown || "#/");
    guard(() => go(wanted, { isFree: true }));
    return;
  }
  tell();
});

/** The place that is shown; draws again when another is. */
export function useRoute() {
  const [route, setRoute] = useState(() => routeOf(shown));
  useEffect(() => {
    watchers.add(setRoute);
    setRoute((known) => (known.hash === shown ? known : routeOf(shown))); // it may have changed before this watched
    return () => watchers.delete(setRoute);
  }, []);
  return route;
}
