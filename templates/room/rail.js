// The left rail: whose room this is, the channels with what is unread in them, and who I am.

import { apple, fill, h, icon, mark } from "./element.js";
import { face } from "./feed.js";

/** From so many channels on there is a box that leaves out those which aren't looked for. */
const FILTERED_FROM = 12;
const LONG_NAME = 20;
const TAIL = 9;

/** A long name is cut in its middle: names that begin alike differ at their ends. */
function name(text) {
  const letters = [...text];
  if (letters.length <= LONG_NAME) return h("span", { class: "channel-name" }, text);
  return h("span", { class: "channel-name" }, h("span", { class: "unseen" }, text),
    h("span", { class: "name-start", "aria-hidden": "true" }, letters.slice(0, -TAIL).join("")),
    h("span", { class: "name-end", "aria-hidden": "true" }, letters.slice(-TAIL).join("")));
}

const THEME = { system: "as the system", light: "light", dark: "dark" };

export class Rail {
  /** `acts`: `go(channel)`, `choosePersona()`, `help()`, `href(channel)`, `find()`, `search()`. */
  constructor(root, acts) {
    this.root = root;
    this.acts = acts;
    this.channels = h("ul", { class: "channels", "data-testid": "channels" });
    this.casesTitle = h("h2", { class: "rail-title", hidden: true }, "Cases");
    this.cases = h("ul", { class: "channels", "data-testid": "case-channels" });
    this.direct = h("ul", { class: "channels" });
    this.none = h("p", { class: "quiet rail-none", role: "status" });
    this.filter = h("input", {
      type: "search", class: "rail-filter", placeholder: "Filter channels", "aria-label": "Filter channels", autocomplete: "off", spellcheck: false, hidden: true,
      "data-testid": "rail-filter",
      oninput: () => this.leaveOut(),
      onkeydown: (event) => {
        if (event.key !== "Escape" || !this.filter.value) return;
        event.stopPropagation();
        this.filter.value = "";
        this.leaveOut();
      },
    });
    this.me = h("button", { type: "button", class: "me", "data-testid": "persona", "aria-haspopup": "dialog", onclick: () => acts.choosePersona() });
    this.search = h("a", { class: "bare", href: "/search", title: "Search what is kept", "aria-label": "Search what is kept", "data-testid": "search-open" }, icon("find"));
    this.theme = h("button", { type: "button", class: "bare", "data-testid": "theme", onclick: () => this.showTheme(window.roomTheme.next()) }, icon("theme"));
    fill(root,
      h("p", { class: "brand" }, mark(), h("span", {}, "Countersign")),
      h("button", { type: "button", class: "find", "data-testid": "find", "aria-keyshortcuts": "Control+K Meta+K", onclick: () => acts.find() },
        icon("find"), h("span", {}, "Go to…"), h("kbd", { "aria-hidden": "true" }, apple ? "⌘K" : "Ctrl K")),
      h("div", { class: "rail-lists" },
        h("h2", { class: "rail-title" }, "Channels"), this.filter, this.none, this.channels,
        this.casesTitle, this.cases,
        h("h2", { class: "rail-title" }, "Direct"), this.direct),
      h("div", { class: "rail-foot" }, this.me,
        h("div", { class: "rail-tools" },
          this.search, this.theme,
          h("button", { type: "button", class: "bare", title: "Keys and commands (?)", "aria-label": "Keys and commands", "data-testid": "help-open", onclick: () => acts.help() }, h("span", { class: "glyph", "aria-hidden": "true" }, "?")))));
    this.showTheme(window.roomTheme.current);
  }

  showTheme(theme) {
    const label = `Theme: ${THEME[theme]}`;
    this.theme.title = label;
    this.theme.setAttribute("aria-label", label);
  }

  /** Leaves out the channels that don't have what is typed in their names. */
  leaveOut() {
    const wanted = this.filter.value.trim().toLowerCase();
    let left = 0;
    for (const row of this.channels.children) {
      row.hidden = Boolean(wanted) && !row.dataset.name.includes(wanted);
      left += row.hidden ? 0 : 1;
    }
    this.none.textContent = wanted && !left ? "No channel is called so." : "";
  }

  /** `cases`: channels that cases have of their own, `{ id, about }`; `unread(id)` → `{ count, named }`. */
  show({ channels, cases, bot, me, party, roles, place, unread }) {
    const focused = document.activeElement?.dataset?.channel;
    const row = (id, sign, called, title) => {
      const { count, named } = unread(id);
      return h("li", { "data-name": called.toLowerCase() }, h("a", {
        href: this.acts.href(id), class: count ? "channel unread" : "channel", title, "data-channel": id, "data-testid": `channel-${id}`,
        "aria-current": id === place.channel ? "page" : undefined,
        onclick: (event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          this.acts.go(id);
        },
      }, h("span", { class: "sign", "aria-hidden": "true" }, sign), name(called),
        count > 0 && h("span", { class: named ? "badge named" : "badge" }, count > 99 ? "99+" : String(count), h("span", { class: "unseen" }, " unread"))));
    };
    fill(this.channels, channels.map((channel) => row(channel.id, "#", channel.id, [channel.id, channel.about].filter(Boolean).join(" · "))));
    fill(this.cases, cases.map((channel) => row(channel.id, "#", channel.id, channel.about)));
    this.casesTitle.hidden = !cases.length;
    this.filter.hidden = channels.length < FILTERED_FROM;
    this.leaveOut();
    fill(this.direct, row(`@${me.id}`, mark(), bot.name, "Between you and the bot; nobody else reads it"));
    fill(this.me, face(me, party), h("span", { class: "me-words" }, h("bdi", { class: "me-name" }, me.name), h("span", { class: "quiet" }, [party?.name, ...(me.roles ?? []).map((role) => roles[role] ?? role)].filter(Boolean).join(" · "))));
    this.me.title = "Be somebody else";
    this.search.href = this.acts.search();
    if (focused) this.root.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  }
}
