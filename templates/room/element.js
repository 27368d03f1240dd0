// Building the page from data. Strings become text nodes here and nothing else, so whatever a person
// wrote can never turn into markup; there is no innerHTML anywhere in the room.

/**
 * An HTML element. `on*` functions are listeners, `class`, `role`, `for`, `data-*` and `aria-*` are attributes,
 * everything else is a property. Children that are null or false are left out.
 */
export function h(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (/^(class|role|for|enterkeyhint|(data|aria)-.+)$/.test(key)) element.setAttribute(key, value === true ? "true" : value);
    else element[key] = value;
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Empties `parent` and puts `children` in. */
export function fill(parent, ...children) {
  parent.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return parent;
}

// Each drawing fits a 20 by 20 box and is stroked in the colour of the text around it.
const DRAWINGS = {
  attach: ["M15.5 9.5 9.8 15.2a3.6 3.6 0 0 1-5.1-5.1l6.2-6.2a2.4 2.4 0 0 1 3.4 3.4l-6.1 6.1a1.2 1.2 0 0 1-1.7-1.7l5.3-5.3"],
  send: ["M10 16V4.5", "M5 9.2 10 4.2l5 5"],
  close: ["M5.5 5.5l9 9", "M14.5 5.5l-9 9"],
  reply: ["M4 5.5h12v8H9l-3.4 2.8v-2.8H4z"],
  edit: ["M4.5 15.5l.8-3.2 7.9-7.9 2.4 2.4-7.9 7.9z", "M11.6 6l2.4 2.4"],
  bin: ["M4.5 6h11", "M8 6V4.2h4V6", "M6 6l.6 9.8h6.8L14 6"],
  menu: ["M3.5 6h13", "M3.5 10h13", "M3.5 14h13"],
  down: ["M10 4.5v11", "M5.2 10.8 10 15.6l4.8-4.8"],
  back: ["M11.8 4.8 6.6 10l5.2 5.2"],
  lock: ["M5.5 9h9v7h-9z", "M7.3 9V6.8a2.7 2.7 0 0 1 5.4 0V9"],
  file: ["M6 3.5h5.2l3.3 3.3v9.7H6z", "M11 3.7V7h3.3"],
  theme: ["M10 3.5a6.5 6.5 0 1 0 0 13z", "M10 3.5a6.5 6.5 0 0 1 0 13"],
  clock: ["M10 3.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z", "M10 6.3V10l2.5 1.8"],
  skip: ["M4 5l6.2 5L4 15z", "M11 5l-0 10", "M15.5 5v10"],
  hidden: ["M3 10s2.6-4.5 7-4.5S17 10 17 10s-2.6 4.5-7 4.5S3 10 3 10z", "M4.5 15.5l11-11"],
  bang: ["M10 5.5v5.6", "M10 14.2v.3"],
  find: ["M9 4a5 5 0 1 1 0 10A5 5 0 0 1 9 4z", "M12.7 12.7 16 16"],
  you: ["M10 4.2a2.9 2.9 0 1 1 0 5.8 2.9 2.9 0 0 1 0-5.8z", "M4.5 16.2c.6-2.9 2.8-4.3 5.5-4.3s4.9 1.4 5.5 4.3"],
};
const SVG = "http://www.w3.org/2000/svg";

function svg(name, attributes, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** A drawing beside words or inside a labelled button; never the only name of a thing. */
export function icon(name) {
  return svg("svg", { class: "icon", viewBox: "0 0 20 20", "aria-hidden": "true" },
    ...DRAWINGS[name].map((d) => svg("path", { d })));
}

/** Countersign's mark: two strokes of a pen over one line. */
export function mark() {
  return svg("svg", { class: "mark", viewBox: "0 0 24 24", "aria-hidden": "true" },
    svg("path", { class: "mark-first", d: "M7 15.5 11 5.5" }),
    svg("path", { class: "mark-second", d: "M12.5 15.5 16.5 5.5" }),
    svg("path", { class: "mark-line", d: "M5.5 19h13" }));
}

/** What stands in the face of a clock, by how what it is about ended. */
const ENDS = {
  done: "M5.1 8.2 7.2 10.3 11 5.9",
  declined: "M5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8",
  lapsed: "M5.6 4.9h4.8L5.6 11.1h4.8z",
  withdrawn: "M11 8H5.2M7.4 5.6 5 8l2.4 2.4",
  replaced: "M5 8h5.8M8.6 5.6 11 8l-2.4 2.4",
};

/** The face of a clock that fills as the time runs: calm, nudge, late; and how it ended. */
export function dial(tone) {
  const face = svg("svg", { class: `dial dial-${tone}`, viewBox: "0 0 16 16", "aria-hidden": "true" },
    svg("circle", { cx: 8, cy: 8, r: 6.25 }));
  if (tone === "nudge") face.append(svg("path", { class: "dial-fill", d: "M8 8V3.6a4.4 4.4 0 1 1-4.4 4.4z" }));
  if (tone === "late") face.append(svg("path", { d: "M8 4.6v4" }), svg("path", { d: "M8 11.1v.3" }));
  if (tone in ENDS) face.append(svg("path", { d: ENDS[tone] }));
  if (tone === "calm") face.append(svg("path", { d: "M8 4.9V8l2 1.3" }));
  return face;
}

/** Where the command key is what the control key is elsewhere. */
export const apple = /Mac|iPhone|iPad/.test(navigator.platform);

/** `2 files`, `1 reply`. */
export const count = (n, one, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;

/** `26 MiB`: in the unit in which the room's own limit is given. */
export function bytes(n) {
  if (n < 1024) return `${n} B`;
  if (n < 1024 ** 2) return `${short(n / 1024)} KiB`;
  return `${short(n / 1024 ** 2)} MiB`;
}
const short = (n) => (n < 10 ? n.toFixed(1).replace(/\.0$/, "") : String(Math.round(n)));

/** Storage that may be switched off; then what it holds lasts for this visit only. */
export const memory = {
  held: new Map(),
  get(key) {
    try { return localStorage.getItem(key); } catch { return memory.held.get(key) ?? null; }
  },
  set(key, value) {
    try { localStorage.setItem(key, value); } catch { memory.held.set(key, value); }
  },
  drop(key) {
    try { localStorage.removeItem(key); } catch { /* as above */ }
    memory.held.delete(key);
  },
};
