// What every module draws with: Preact, and htm in place of a build step.
import { Fragment, h, render } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

export { Fragment, render };
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "./vendor/hooks.js";

export const html = htm.bind(h);

let drawn = 0;
/** An id that nothing else of the page has. */
export const newId = () => `id-${++drawn}`;
