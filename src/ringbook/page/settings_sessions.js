// Where a user is logged in, and an end to it.
import { html } from "./view.js";
import { del, get } from "./api.js";
import { focusMain, useAct, useLoaded } from "./asking.js";
import { deviceOf } from "./devices.js";
import { Problem } from "./problem.js";
import { forget } from "./session.js";
import { timeOf } from "./texts.js";
import { sessions as t } from "./texts_settings.js";
import { say } from "./toast.js";

export function Sessions({ userId, isOwn }) {
  const load = async () => (await get("sessions")).result.filter((session) => session.user_id === userId);
  const { loaded: found, refusal, again } = useLoaded(load);
  const { act, refusal: refused } = useAct();
  const others = found?.filter((session) => !session.is_current) ?? [];

  const end = (ended, said) => act(async () => {
    for (const { id } of ended) await del(`sessions/${id}`);
    if (ended.some((session) => session.is_current)) return forget();
    say(said);
    focusMain();
    return again();
  });
  const row = (session) => html`<li key=${session.id}><span class="what">
    <span class="name">${deviceOf(session.user_agent)}
      ${" "}${session.is_current && html`<span class="tag">${t.here}</span>`}</span>
    <span class="dim small">${t.used} <time datetime=${session.tm_last_use}>${timeOf(session.tm_last_use)}</time>
      ${" "}${t.from(session.address)}</span></span>
    <button type="button" aria-label=${t.endNamed(deviceOf(session.user_agent))}
      onClick=${() => end([session], t.ended)}>${t.end}</button></li>`;
  return html`<h3>${isOwn ? t.title : t.ofUser}</h3>
    ${(refusal ?? refused) && html`<${Problem} refusal=${refusal ?? refused} retry=${again} />`}
    ${found?.length === 0 && html`<p class="dim">${t.none}</p>`}
    ${found?.length > 0 && html`<ul class="lines">${found.map(row)}</ul>`}
    ${isOwn && others.length > 1 && html`<button type="button"
      onClick=${() => end(others, t.endedOthers)}>${t.endOthers}</button>`}`;
}
