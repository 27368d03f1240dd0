// Going somewhere by typing: channels, cases and direct messages in one list, from the keyboard alone. A combobox as the
// ARIA Authoring Practices have it: the focus stays in the box, and the list says which of it is meant.

import { count, fill, h, icon } from "./element.js";

const dialog = document.getElementById("switcher");
const SHOWN = 50;

/** How well `words` fit what was typed: each part must be found; 0 fits best, and null not at all. */
export function fit(words, typed) {
  const text = words.toLowerCase();
  let worst = 0;
  for (const part of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = text.indexOf(part);
    if (at < 0) return null;
    const begins = at === 0 ? 0 : new RegExp(`[^\\p{L}\\p{N}]${escaped(part)}`, "u").test(text) ? 1 : 2;
    worst = Math.max(worst, begins);
  }
  return worst;
}
const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** By its name first, then by what is known of it. */
function score(place, typed) {
  const byName = fit(place.name, typed);
  if (byName !== null) return byName;
  const byAll = fit(`${place.name} ${place.detail ?? ""}`, typed);
  return byAll === null ? null : 3 + byAll;
}

/** The places that fit, the best first; of equals, those with something unread, then as they came. */
export const found = (places, typed) => places
  .map((place, nth) => ({ place, nth, score: score(place, typed) }))
  .filter((one) => one.score !== null)
  .sort((a, b) => a.score - b.score || Boolean(b.place.unread) - Boolean(a.place.unread) || a.nth - b.nth)
  .map((one) => one.place);

/** `places`: `{ sign, name, detail, note, unread, go() }`. */
export function switcher(places) {
  let shown = [];
  let active = 0;
  const status = h("p", { class: "unseen", role: "status" });
  const list = h("ul", { role: "listbox", id: "switcher-list", "aria-label": "Places", "data-testid": "switcher-list" });
  const nothing = h("p", { class: "quiet switcher-none", hidden: true });
  const close = () => dialog.close();
  const input = h("input", {
    type: "text", id: "switcher-input", role: "combobox", autocomplete: "off", spellcheck: false, enterkeyhint: "go", "data-testid": "switcher-input",
    placeholder: "Channel, case or title", "aria-label": "Go to a channel, a case or your direct messages",
    "aria-autocomplete": "list", "aria-controls": "switcher-list", "aria-expanded": "true",
    oninput: () => show(),
    onkeydown: (event) => {
      if (event.isComposing) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && shown.length) {
        event.preventDefault();
        select((active + step + shown.length) % shown.length);
      } else if (event.key === "Enter") {
        event.preventDefault();
        pick(active);
      }
    },
  });

  function pick(at) {
    if (!shown[at]) return;
    close();
    shown[at].go();
  }

  function select(at) {
    active = at;
    [...list.children].forEach((option, nth) => option.setAttribute("aria-selected", nth === at ? "true" : "false"));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    if (list.children[at]) input.setAttribute("aria-activedescendant", list.children[at].id);
    else input.removeAttribute("aria-activedescendant");
  }

  function show() {
    const all = found(places, input.value.trim());
    shown = all.slice(0, SHOWN);
    fill(list, shown.map((place, nth) => h("li", {
      role: "option", id: `switcher-${nth}`, "aria-selected": "false", "data-testid": "switcher-option",
      onclick: () => pick(nth),
    },
      h("span", { class: "sign", "aria-hidden": "true" }, place.sign),
      h("span", { class: "switcher-words" }, h("bdi", { class: "switcher-name" }, place.name), place.detail && h("bdi", { class: "quiet" }, place.detail)),
      place.note && h("span", { class: "quiet switcher-note" }, place.note),
      place.unread > 0 && h("span", { class: "badge" }, place.unread > 99 ? "99+" : String(place.unread), h("span", { class: "unseen" }, " unread")))));
    list.hidden = !shown.length;
    input.setAttribute("aria-expanded", shown.length ? "true" : "false");
    nothing.hidden = shown.length > 0;
    nothing.textContent = "Nothing here has these words in its name or title.";
    status.textContent = !shown.length ? "Nothing found" : all.length > shown.length ? `${all.length} places, the first ${SHOWN} are shown` : count(all.length, "place");
    select(0);
  }

  fill(dialog, h("div", { class: "sheet-form" },
    h("h2", { class: "unseen", id: "switcher-title" }, "Go somewhere"),
    h("div", { class: "switcher-head" }, icon("find"), input,
      h("button", { type: "button", class: "bare", "aria-label": "Close", title: "Close (Esc)", onclick: close }, icon("close"))),
    list, nothing, status));
  if (!dialog.open) dialog.showModal();
  show();
  input.focus();
}
