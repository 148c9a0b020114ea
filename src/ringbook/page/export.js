// Contacts as a file, downloaded by the browser itself: nothing of it passes through the page.
import { html, useRef, useState } from "./view.js";
import { get } from "./api.js";
import { Field } from "./field.js";
import { Icon } from "./icons.js";
import { Problem } from "./problem.js";
import { useTags } from "./tags.js";
import { contacts } from "./texts.js";
import { takeOut as t } from "./texts_files.js";

const START = { format: "csv", version: "4.0", tag_id: "", source: "", company: "", phone: "" };

export default function Screen() {
  const [wanted, setWanted] = useState(START), [refusal, setRefusal] = useState(null);
  const isKnown = useRef(false), link = useRef(null);
  const tags = useTags();
  const { format, version, ...filters } = wanted;
  const query = { format, ...(format === "vcard" && { version }), ...filters };
  const href = `v1.0/contacts/export?${new URLSearchParams(Object.entries(query).filter(([, value]) => value.trim()))}`;
  const change = (name) => (event) => setWanted({ ...wanted, [name]: event.target.value });
  const set = (name) => ({ value: wanted[name], onInput: change(name) });
  // where the session has ended, the page asks for a login; the browser would save the refusal
  const download = async (event) => {
    if (isKnown.current) {
      isKnown.current = false;
      return;
    }
    event?.preventDefault();
    setRefusal(null);
    try {
      const { format: _, version: __, ...asked } = query;
      await get("contacts", { ...asked, page_size: "1" });
      isKnown.current = true;
      link.current.click();
    } catch (error) {
      if (error.name !== "AbortError") setRefusal(error);
    }
  };
  const form = ([value, text]) => html`<label class="form"><input type="radio" name="format" value=${value}
    checked=${format === value} onChange=${() => setWanted({ ...wanted, format: value })} />
    <span><strong>${text}</strong><span class="dim small">${t.hints[value]}</span></span></label>`;
  const isAll = !Object.values(filters).some((value) => value.trim());
  return html`<div class="title"><h1>${t.title}</h1></div><p class="lead">${t.lead}</p>
    ${refusal && html`<${Problem} refusal=${refusal} retry=${() => download()} />`}
    <form class="card export" onSubmit=${(event) => { event.preventDefault(); link.current.click(); }}>
      <fieldset><legend>${t.form}</legend><div class="forms">${Object.entries(t.forms).map(form)}</div></fieldset>
      ${format === "vcard" && html`<${Field} of="select" label=${t.version} ...${set("version")}>
        ${Object.entries(t.versions).map(([value, text]) => html`<option value=${value}>${text}</option>`)}<//>`}
      <fieldset><legend>${t.which}</legend><div class="columns">
        <${Field} of="select" label=${t.tag} ...${set("tag_id")}><option value="">${t.anyTag}</option>
          ${tags.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}<//>
        <${Field} of="select" label=${t.source} ...${set("source")}><option value="">${t.anySource}</option>
          ${Object.entries(contacts.sources).map(([value, text]) => html`<option value=${value}>${text}</option>`)}<//>
        <${Field} label=${t.company} hint=${t.companyHint} maxlength="200" ...${set("company")} />
        <${Field} label=${t.phone} type="tel" maxlength="100" ...${set("phone")} /></div></fieldset>
      <div class="actions"><a ref=${link} class="button main" download href=${href} onClick=${download}>
        <${Icon} name="import" />${t.download}</a>
        <span class="dim">${isAll ? t.all : t.some}</span></div></form>`;
}
