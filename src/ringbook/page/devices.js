// What a browser says of itself, in the few words by which a person knows it again.
import { sessions as t } from "./texts_settings.js";

const BROWSERS = [[/Edg\//, "Edge"], [/OPR\//, "Opera"], [/Firefox\//, "Firefox"], [/Chrom(e|ium)\//, "Chrome"],
  [/Safari\//, "Safari"]];
const SYSTEMS = [[/Android/, "Android"], [/iPhone/, "iPhone"], [/iPad/, "iPad"], [/Windows/, "Windows"],
  [/CrOS/, "ChromeOS"], [/Mac OS X/, "Mac"], [/Linux/, "Linux"]];

const firstIn = (pairs, text) => pairs.find(([pattern]) => pattern.test(text))?.[1];

/** "Firefox on Windows"; for what is no browser the beginning of what it calls itself. */
export function deviceOf(userAgent) {
  const browser = firstIn(BROWSERS, userAgent);
  return browser ? t.on(browser, firstIn(SYSTEMS, userAgent)) : userAgent.slice(0, 60) || t.unknown;
}
