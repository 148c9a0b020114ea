// Times as people read them, in the browser's own time zone.
import { language } from "./texts.js";

const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
const SAME_DAY = new Intl.DateTimeFormat(language, { ...CLOCK, second: "2-digit" });
const ANOTHER_DAY = new Intl.DateTimeFormat(language, { ...CLOCK, day: "numeric", month: "short" });
const WHOLE = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "medium", hourCycle: "h23" });

/** The time of today, or the day and the time. */
export function shortTime(text, now = new Date()) {
  const time = new Date(text);
  return (time.toDateString() === now.toDateString() ? SAME_DAY : ANOTHER_DAY).format(time);
}

export const wholeTime = (text) => WHOLE.format(new Date(text));
