// A card: a case, or an answer, with its fields, its buttons and the moment that is owed next.
// It draws; what a press does is the caller's.

import { dial, h } from "./element.js";
import { countdown, timeElement } from "./clock.js";
import { typed, words } from "./words.js";

// Tone is never told by colour alone: the dial has a shape for each, and this is what is read aloud.
const TONE = { calm: "", nudge: "Nudge", late: "Late", done: "Done", private: "" };

/** `press(action, button)` may return a promise; the button is busy until it settles. */
export function buttons(list, press) {
  return h("div", { class: "buttons" }, list.map((button) => h("button", {
    type: "button",
    class: `button ${button.style ?? "plain"}`,
    "data-testid": `button-${button.action}`,
    "data-action": button.action,
    onclick: async (event) => {
      const self = event.currentTarget;
      if (self.getAttribute("aria-busy")) return; // a second click on the way to the first answer
      self.setAttribute("aria-busy", "true");
      try { await press(button.action, self); } finally { self.removeAttribute("aria-busy"); }
    },
  }, button.label)));
}

/** Short values share a row, long ones take one each: mixed, they would tear the rows apart. */
const shortFirst = (fields) => [...fields.filter((field) => !wide(field.value)), ...fields.filter((field) => wide(field.value))];

// The raw action of an approval has a line to itself: it is what is being decided on, to the letter.
const wide = (value) => value.some((span) => span.code?.length > 14 || span.code?.includes("\n")) || typed(value).length > 44;

export function card(data, { reader, press, heading = "h3" }) {
  const tone = data.tone ?? "calm";
  const foot = data.buttons?.length || data.due_us;
  return h("section", { class: `card tone-${tone}`, "data-testid": "card", "data-tone": tone },
    h(heading, { class: "card-title" }, tone !== "private" && dial(tone),
      TONE[tone] && h("span", { class: "unseen" }, `${TONE[tone]}: `),
      h("span", { class: "card-words", dir: "auto" }, words(data.title, reader))),
    data.lines?.length > 0 && h("div", { class: "card-lines" }, data.lines.map((line) => h("p", { dir: "auto" }, words(line, reader)))),
    data.fields?.length > 0 && h("dl", { class: "fields" }, shortFirst(data.fields).map((field) =>
      h("div", { class: wide(field.value) ? "field-pair wide" : "field-pair" }, h("dt", {}, field.name), h("dd", { dir: "auto" }, words(field.value, reader))))),
    foot && h("div", { class: "card-foot" },
      data.buttons?.length > 0 && buttons(data.buttons, press),
      data.due_us && h("p", { class: "due" }, countdown(data.due_us), h("span", { class: "due-at" }, "due ", timeElement(data.due_us)))));
}
