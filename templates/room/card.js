// A card: a case, or an answer, with its fields, its buttons and the moment that is owed next.
// It draws; what a press does is the caller's.

import { dial, h, icon } from "./element.js";
import { countdown, timeElement } from "./clock.js";
import { typed, words } from "./words.js";

// Tone is never told by colour alone: the dial has a shape for each, and this is what is read aloud.
const TONE = { calm: "", nudge: "Nudge", late: "Alert", done: "Done", declined: "Declined", lapsed: "Lapsed", withdrawn: "Withdrawn", replaced: "Replaced", private: "" };

/** The case that a button does something to: `form:decline:APR-1:2` → `APR-1`. */
export const caseOf = (action) => action.split(":").find((part) => /^[A-Z]{3}-\d+$/.test(part)) ?? null;

/** What a button is called where one hears it without what stands around it. */
const spoken = ({ action, label }) => {
  const its = caseOf(action);
  return its && !label.includes(its) ? `${label} ${its}` : null;
};

/** `press(action, button, style)` may return a promise; the button is busy until it settles. */
export function buttons(list, press) {
  return h("div", { class: "buttons" }, list.map((button) => h("button", {
    type: "button",
    class: `button ${button.style ?? "plain"}`,
    "aria-label": spoken(button),
    "data-testid": `button-${button.action}`,
    "data-action": button.action,
    onclick: async (event) => {
      const self = event.currentTarget;
      if (self.getAttribute("aria-busy")) return; // a second click on the way to the first answer
      self.setAttribute("aria-busy", "true");
      try { await press(button.action, self, button.style); } finally { self.removeAttribute("aria-busy"); }
    },
  }, button.label)));
}

/** Short values share a row, long ones take one each: mixed, they would tear the rows apart. */
const shortFirst = (fields) => [...fields.filter((field) => !wide(field.value)), ...fields.filter((field) => wide(field.value))];

// The raw action of an approval has a line to itself: it is what is being decided on, to the letter.
const wide = (value) => value.some((span) => span.code?.length > 14 || span.code?.includes("\n")) || typed(value).length > 44;

/** The case whose own card this is; what only speaks of one has no fields. */
const ownCase = (data) => (data.fields?.length ? data.title?.find((span) => span.case)?.case ?? null : null);

/** What can be pressed on a card by whoever reads it; what is others' to press is left out. */
function pressable(data, view) {
  const own = ownCase(data);
  if (own && view(own) && data.buttons?.length) return view(own).buttons;
  return (data.buttons ?? []).filter((button) => !view(caseOf(button.action))?.not_theirs.includes(button.action));
}

/** What of the reader's views shows on this card: it is drawn anew when that changes. */
export function seen(data, view) {
  if (!data) return "";
  const own = ownCase(data);
  return JSON.stringify([own && view(own)?.lines, pressable(data, view).map((button) => button.action)]);
}

const svg = (text) => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;

export function card(data, { reader, press, heading = "h3" }) {
  const tone = data.tone ?? "calm";
  const acts = pressable(data, reader.view);
  const own = ownCase(data);
  const lines = (own && reader.view(own)?.lines) ?? [];
  const foot = acts.length || data.due_us;
  return h("section", { class: `card tone-${tone}`, "data-testid": "card", "data-tone": tone },
    h(heading, { class: "card-title" }, tone !== "private" && dial(tone),
      TONE[tone] && h("span", { class: "unseen" }, `${TONE[tone]}: `),
      h("span", { class: "card-words", dir: "auto" }, words(data.title, reader))),
    data.lines?.length > 0 && h("div", { class: "card-lines" }, data.lines.map((line) => h("p", { dir: "auto" }, words(line, reader)))),
    data.fields?.length > 0 && h("dl", { class: "fields" }, shortFirst(data.fields).map((field) =>
      h("div", { class: wide(field.value) ? "field-pair wide" : "field-pair" }, h("dt", {}, field.name), h("dd", { dir: "auto" }, words(field.value, reader))))),
    lines.length > 0 && h("div", { class: "card-you", "data-testid": "for-you" }, icon("you"),
      h("div", {}, lines.map((line) => h("p", { dir: "auto" }, words(line, reader))))),
    data.more?.length > 0 && h("details", { class: "card-more", "data-testid": "card-more" }, h("summary", {}, "Everything"),
      h("div", { class: "card-lines" }, data.more.map((line) => h("p", { dir: "auto" }, words(line, reader))))),
    data.picture && h("div", { class: "card-picture", "data-testid": "card-picture" },
      h("img", { class: "on-light", src: svg(data.picture.light), alt: data.picture.words }),
      h("img", { class: "on-dark", src: svg(data.picture.dark), alt: data.picture.words })),
    data.files?.length > 0 && h("p", { class: "card-files" }, data.files.map((file) =>
      h("a", { download: file.name, href: `data:text/plain;charset=utf-8,${encodeURIComponent(file.text)}` }, file.name))),
    foot && h("div", { class: "card-foot" },
      acts.length > 0 && buttons(acts, press),
      data.due_us && h("p", { class: "due" }, countdown(data.due_us), h("span", { class: "due-at" }, "due ", timeElement(data.due_us)))));
}
