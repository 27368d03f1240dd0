// Choosing whom to be. The room has no passwords: it is for trying, showing and testing, and listens on this
// machine alone. Two tabs are two people, so every choice is a link.

import { fill, h, icon, mark } from "./element.js";
import { face } from "./feed.js";

const dialog = document.getElementById("personas");
let forced = false;

dialog.addEventListener("cancel", (event) => forced && event.preventDefault());
// A browser lets a second Escape through without asking; without a choice there is no page to go back to.
dialog.addEventListener("close", () => forced && open());

function open() {
  if (!dialog.open) dialog.showModal();
  (dialog.querySelector("[aria-current]") ?? dialog.querySelector(".persona")).focus();
}

/** `me` is null on the first visit: then a choice has to be made. */
export function choose({ people, parties, roles, me, href, become }) {
  forced = !me;
  const groups = parties.map((party) => ({ party, people: people.filter((person) => person.party === party.name) }));
  const link = (person, party) => h("li", {}, h("a", {
    class: "persona", href: href(person.id), "data-testid": `persona-${person.id}`,
    "aria-current": person.id === me ? "true" : undefined,
    onclick: (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      forced = false;
      dialog.close();
      become(person.id);
    },
  }, face(person, party), h("span", { class: "persona-words" },
    h("bdi", { class: "persona-name" }, person.name),
    h("span", { class: "quiet" }, (person.roles ?? []).map((role) => roles[role] ?? role).join(", ") || "no role"))));

  dialog.classList.toggle("first", !me);
  fill(dialog, h("div", { class: "sheet-form" },
    h("header", { class: "sheet-head" },
      h("div", { class: "persona-title" }, !me && mark(), h("h2", { id: "personas-title" }, me ? "Be somebody else" : "Countersign: who are you in this room?")),
      me && h("button", { type: "button", class: "bare", "aria-label": "Close", title: "Close", onclick: () => dialog.close() }, icon("close"))),
    h("div", { class: "sheet-body" },
      h("p", { class: "intro" }, me
        ? "Open a name in a second tab (Ctrl or ⌘ and a click) and you are two people: one asks, the other answers."
        : "Everybody here comes from the policy file. Take any seat; you can change it at any time, and a second tab can be a second person."),
      h("div", { class: "persona-groups" }, groups.map(({ party, people: its }) => h("section", { class: "persona-group" }, h("h3", {}, party.name), h("ul", {}, its.map((person) => link(person, party)))))))));
  open();
}
