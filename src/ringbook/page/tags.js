// The customer's tags, fetched once and kept while the page is open.
import { getAll, post } from "./api.js";
import { withThePerson } from "./session.js";
import { useEffect, useState } from "./view.js";

let kept = null; // a promise of the tags
const watchers = new Set();
withThePerson(() => { kept = null; });

function byName(tags) {
  return tags.sort((one, other) => one.name.localeCompare(other.name));
}

/** All tags by name; fetched anew where `isAnew`. */
export function allTags(isAnew = false) {
  if (!kept || isAnew) {
    kept = getAll("tags").then(byName);
    kept.catch(() => { kept = null; });
  }
  return kept;
}

/** The tags once they are there, [] before. */
export function useTags() {
  const [tags, setTags] = useState([]);
  useEffect(() => {
    let isShown = true;
    const look = () => allTags().then((found) => isShown && setTags(found), () => {});
    look();
    watchers.add(look);
    return () => {
      isShown = false;
      watchers.delete(look);
    };
  }, []);
  return tags;
}

/** Make a tag, and return it. */
export async function createTag(name) {
  const tag = await post("tags", { name });
  kept = allTags().then((tags) => byName([...tags, tag]));
  for (const watcher of watchers) watcher();
  return tag;
}
