// The left rail: whose room this is, the channels with what is unread in them, and who I am.

import { fill, h, icon, mark } from "./element.js";
import { face } from "./feed.js";

const THEME = { system: "as the system", light: "light", dark: "dark" };

export class Rail {
  /** `acts`: `go(channel)`, `choosePersona()`, `help()`, `href(channel)`. */
  constructor(root, acts) {
    this.root = root;
    this.acts = acts;
    this.channels = h("ul", { class: "channels", "data-testid": "channels" });
    this.direct = h("ul", { class: "channels" });
    this.me = h("button", { type: "button", class: "me", "data-testid": "persona", "aria-haspopup": "dialog", onclick: () => acts.choosePersona() });
    this.theme = h("button", { type: "button", class: "bare", "data-testid": "theme", onclick: () => this.showTheme(window.roomTheme.next()) }, icon("theme"));
    fill(root,
      h("p", { class: "brand" }, mark(), h("span", {}, "Countersign")),
      h("div", { class: "rail-lists" },
        h("h2", { class: "rail-title" }, "Channels"), this.channels,
        h("h2", { class: "rail-title" }, "Direct"), this.direct),
      h("div", { class: "rail-foot" }, this.me,
        h("div", { class: "rail-tools" }, this.theme,
          h("button", { type: "button", class: "bare", title: "Keys and commands (?)", "aria-label": "Keys and commands", "data-testid": "help-open", onclick: () => acts.help() }, h("span", { class: "glyph", "aria-hidden": "true" }, "?")))));
    this.showTheme(window.roomTheme.current);
  }

  showTheme(theme) {
    const label = `Theme: ${THEME[theme]}`;
    this.theme.title = label;
    this.theme.setAttribute("aria-label", label);
  }

  /** `unread(id)` → `{ count, named }`. */
  show({ channels, bot, me, party, place, unread }) {
    const focused = document.activeElement?.dataset?.channel;
    const row = (id, sign, name, title) => {
      const { count, named } = unread(id);
      return h("li", {}, h("a", {
        href: this.acts.href(id), class: count ? "channel unread" : "channel", title, "data-channel": id, "data-testid": `channel-${id}`,
        "aria-current": id === place.channel ? "page" : undefined,
        onclick: (event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          this.acts.go(id);
        },
      }, h("span", { class: "sign", "aria-hidden": "true" }, sign), h("span", { class: "channel-name" }, name),
        count > 0 && h("span", { class: named ? "badge named" : "badge" }, count > 99 ? "99+" : String(count), h("span", { class: "unseen" }, " unread"))));
    };
    fill(this.channels, channels.map((channel) => row(channel.id, "#", channel.id, channel.about)));
    fill(this.direct, row(`@${me.id}`, mark(), bot.name, "Between you and the bot; nobody else reads it"));
    fill(this.me, face(me, party), h("span", { class: "me-words" }, h("bdi", { class: "me-name" }, me.name), h("span", { class: "quiet" }, [party?.name, ...(me.roles ?? [])].filter(Boolean).join(" · "))));
    this.me.title = "Be somebody else";
    if (focused) this.root.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  }
}
