// The page's own small drawings, 24 by 24. They say nothing that no text beside them says.
import { html } from "./view.js";

const PATHS = {
  contacts: "M4 20a8 6 0 0 1 16 0M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8",
  import: "M12 3v12m-5-5 5 5 5-5M4 20h16",
  export: "M12 15V3M7 8l5-5 5 5M4 20h16",
  phones: "M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A15 15 0 0 1 4 5a1 1 0 0 1 1-1",
  callers: "M12 7v5l3 2M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18",
  cleanup: "M8 4h11a1 1 0 0 1 1 1v11M4 9a1 1 0 0 1 1-1h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1zM8 14l2 2 3-4",
  settings: "M4 7h9m5 0h2M4 17h2m5 0h9M15.500 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5M8.500 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5",
  search: "M10.500 17a6.500 6.500 0 1 0 0-13 6.500 6.500 0 0 0 0 13M15.500 15.500 20 20",
  add: "M12 5v14M5 12h14",
  trash: "M5 7h14M10 4h4M7 7l1 13h8l1-13M10.500 11v5m3-5v5",
  back: "M14 6l-6 6 6 6",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  edit: "M5 19l1-4L16 5l3 3L9 18zM14 7l3 3",
  phone: "M5 4h4l2 5-2.500 1.500a11 11 0 0 0 5 5L15 13l5 2v4a1 1 0 0 1-1 1A15 15 0 0 1 4 5a1 1 0 0 1 1-1",
  mail: "M4 6h16v12H4zM4 7l8 6 8-6",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  done: "M5 13l4 4L19 7",
  restore: "M4 12a8 8 0 1 0 2.500-5.800M4 4v5h5",
  leave: "M10 4H5v16h5M14 8l4 4-4 4M18 12H9",
};

export function Icon({ name }) {
  return html`<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" focusable="false" fill="none"
    stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d=${PATHS[name]} /></svg>`;
}
