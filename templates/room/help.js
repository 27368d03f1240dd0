// Keys and commands, from `?`. The verbs are read from the room's grammar, so that this list can't disagree with it.

import { fill, h, icon } from "./element.js";
import { sentence } from "./words.js";
import { sign } from "./completion.js";

const dialog = document.getElementById("help");

const KEYS = [
  ["Anywhere", [
    [["/"], "write a command"], [["Ctrl", "K"], "find a channel or a case"], [["?"], "this help"], [["F6"], "next part of the page"],
    [["Alt", "↑"], "channel above"], [["Alt", "↓"], "channel below"], [["Esc"], "close what is open"],
  ]],
  ["Message box", [
    [["Enter"], "send"], [["Shift", "Enter"], "new line"], [["Tab"], "complete"], [["↑"], "edit what you said last (when empty)"], [["@"], "name a person"],
  ]],
  ["On a message", [
    [["↑"], "message above"], [["↓"], "message below"], [["R"], "reply in thread"], [["E"], "edit (your own)"], [["Delete"], "take it back (your own)"], [["Enter"], "its buttons"],
  ]],
];

/** `use(text)` puts a command in the message box. */
export function help({ prefix, verbs, use }) {
  const roots = [...new Set(verbs.map((verb) => verb.root))];
  const close = () => dialog.close();
  const keys = KEYS.map(([where, list]) => h("section", {}, h("h3", {}, where),
    h("dl", {}, list.map(([strokes, what]) => h("div", {}, h("dt", {}, strokes.map((key) => h("kbd", {}, key))), h("dd", {}, what))))));
  const row = (verb) => h("li", {}, h("button", {
    type: "button", class: "help-verb",
    onclick: () => {
      close();
      use(`${prefix}${[verb.root, verb.verb].filter(Boolean).join(" ")} `);
    },
  },
    h("code", {}, verb.verb || "…"),
    h("span", {}, sentence(verb.about), verb.aliases?.length > 0 && h("span", { class: "quiet" }, ` (also ${verb.aliases.join(", ")})`),
      verb.args?.length > 0 && h("span", { class: "help-args" }, verb.args.map(sign).join(" ")))));

  fill(dialog, h("div", { class: "sheet-form" },
    h("header", { class: "sheet-head" }, h("h2", { id: "help-title" }, "Keys and commands"),
      h("button", { type: "button", class: "bare", "aria-label": "Close", title: "Close", onclick: close }, icon("close"))),
    h("div", { class: "sheet-body", tabIndex: 0, role: "region", "aria-labelledby": "help-title" },
      h("div", { class: "help-keys" }, keys),
      roots.map((root) => h("section", { class: "help-verbs" }, h("h3", {}, `${prefix}${root}`),
        h("ul", {}, verbs.filter((verb) => verb.root === root).map(row)))))));
  dialog.showModal();
}
