// The tags of something, and a box that completes the name of another one or makes it.
import { html, useMemo, useRef, useState } from "./view.js";
import { Icon } from "./icons.js";
import { newId } from "./view.js";
import { textOf } from "./problem.js";
import { createTag, useTags } from "./tags.js";
import { contact as t } from "./texts.js";

const MOST = 8;

/** `wrong` is what is wrong with the tags as a whole; `onChange` is given what turns the ids into others. */
export function TagBox({ ids, wrong, onChange }) {
  const tags = useTags();
  const [text, setText] = useState(""), [problem, setProblem] = useState("");
  const [isOpen, setOpen] = useState(false), [at, setAt] = useState(0);
  const isTaking = useRef(false);
  const id = useMemo(newId, []), box = useRef(null);
  const fold = (words) => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const wanted = fold(text.trim());
  const names = new Map(tags.map((tag) => [tag.id, tag.name]));
  const free = tags.filter((tag) => !ids.includes(tag.id) && fold(tag.name).includes(wanted));
  free.sort((one, other) => fold(other.name).startsWith(wanted) - fold(one.name).startsWith(wanted));
  const isKnown = tags.some((tag) => fold(tag.name) === wanted);
  const options = free.slice(0, MOST).map((tag) => ({ tag, words: tag.name }));
  if (wanted && !isKnown) options.push({ tag: null, words: t.tags.create(text.trim()) });

  const take = async ({ tag }) => {
    if (isTaking.current) return;
    isTaking.current = true;
    setProblem("");
    try {
      const taken = tag ?? (await createTag(text.trim()));
      onChange((now) => [...now.filter((one) => one !== taken.id), taken.id]);
      setText("");
      setAt(0);
      setOpen(false);
    } catch (refusal) {
      setProblem(textOf(refusal));
    }
    isTaking.current = false;
  };
  const remove = (tag) => {
    onChange((now) => now.filter((one) => one !== tag));
    box.current.focus();
  };
  const key = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      setOpen(true);
      setAt(isOpen ? (at + step + options.length) % options.length : 0);
    } else if (event.key === "Enter" && isOpen && options[at]) take(options[at]);
    else if (event.key === "Escape" && isOpen) setOpen(false);
    else if (event.key === "Backspace" && !text && ids.length) remove(ids.at(-1));
    else return;
    event.preventDefault();
  };
  const type = (event) => {
    setText(event.target.value);
    setAt(0);
    setOpen(true);
  };
  const point = (option) => (event) => { // before the box has lost the focus
    event.preventDefault();
    take(option);
  };
  const isShown = isOpen && options.length > 0;
  return html`<div class="field tagbox"><label for=${id}>${t.tags.title}</label>
    ${ids.length > 0 && html`<ul class="chips">${ids.map((one) => html`<li key=${one}
      class="chip"><bdi>${names.get(one) ?? t.tags.unknown}</bdi>
      <button type="button" class="quiet" aria-label=${t.tags.remove(names.get(one) ?? t.tags.unknown)}
        onClick=${() => remove(one)}><${Icon} name="close" /></button></li>`)}</ul>`}
    <div class="combo"><input ref=${box} id=${id} role="combobox" autocomplete="off" maxlength="255"
      placeholder=${t.tags.placeholder} aria-expanded=${String(isShown)}
      aria-controls=${`${id}-list`} aria-autocomplete="list" 
      aria-activedescendant=${isShown ? `${id}-${at}` : undefined} value=${text}
      onInput=${type} onKeyDown=${key} onFocus=${() => setOpen(true)} onBlur=${() => setOpen(false)} />
    <ul id=${`${id}-list`} role="listbox" aria-label=${t.tags.title}
      hidden=${!isShown}>${options.map((option, place) => html`<li role="option" id=${`${id}-${place}`}
      aria-selected=${String(place === at)} onPointerDown=${point(option)}><bdi>${option.words}</bdi></li>`)}</ul></div>
    ${(problem || wrong) && html`<p class="wrong" role="alert">${problem || wrong}</p>`}</div>`;
}
