// The flow of messages in a channel or a thread. What changed is exchanged in place, so that a card edited far up
// moves nothing that somebody is reading, and the focus stays where it was. It never fetches.

import { bytes, count, fill, h, icon, mark } from "./element.js";
import { clock, day, dayFull, dayLong, hours, timeElement, today } from "./clock.js";
import { words } from "./words.js";
import { card, seen } from "./card.js";

const SAME_BREATH_US = 5 * 60 * 1_000_000; // later than this, an author is named again
const AT_ONCE = 200; // as many are drawn at first; the rest on request
const LONG_WORDS = 2400;
const LONG_LINES = 28;
const PICTURE = /\.(png|jpe?g|gif|webp|avif)$/i;

export class Feed {
  /** `acts`: reply, edit, remove, press, dismiss; `party(id)` says whom somebody works for; `reader.view(case)` what a case is to them. */
  constructor({ scroller, log, pill, reader, party, acts }) {
    Object.assign(this, { scroller, log, pill, reader, party, acts });
    this.nodes = new Map(); // key → { node, signature }
    this.unfolded = new Set();
    this.pinned = true;
    this.missed = 0;
    this.limit = AT_ONCE;
    this.hidden = 0;
    scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    pill.addEventListener("click", () => this.toEnd(true));
    log.addEventListener("keydown", (event) => this.walk(event));
    new ResizeObserver(() => this.pinned && this.toEnd()).observe(scroller);
    new ResizeObserver(() => this.pinned && this.toEnd()).observe(log);
  }

  /** Begins another channel or thread: at the end, with nothing left of the one before. */
  open() {
    this.nodes.clear();
    this.log.replaceChildren();
    this.limit = AT_ONCE;
    this.hidden = 0;
    this.missed = 0;
    this.pinned = true;
    this.far = false;
    this.turned = true;
  }

  /**
   * `items`: `{ message, replies }` and `{ answer }` in order; on paper replies too, each a `{ message, reply: true }`. `unreadFrom`: the message under the “new” line.
   * `lead`: drawn above everything (an empty channel's welcome). `mayReply`: false inside a thread. `beyond`: the room has
   * earlier messages than those.
   */
  draw({ items, unreadFrom = null, lead = null, mayReply = true, beyond = false }) {
    const anchor = this.pinned ? null : this.anchor();
    const focus = this.focus();
    // Filling a room anew isn't news; only what comes later is read aloud.
    this.log.setAttribute("aria-live", this.turned ? "off" : "polite");

    const entries = this.entries(items, { unreadFrom, lead, mayReply, beyond });
    const keys = new Set(entries.map((entry) => entry.key));
    for (const [key, { node }] of this.nodes) {
      if (!keys.has(key)) {
        node.remove();
        this.nodes.delete(key);
      }
    }
    let next = this.log.firstChild;
    let arrived = 0;
    const known = entries.findLastIndex((entry) => this.nodes.has(entry.key)); // what is new comes after this
    for (const [at, { key, signature, make, foreign }] of entries.entries()) {
      let held = this.nodes.get(key);
      if (!held || held.signature !== signature) {
        const node = make();
        node.dataset.key = key;
        if (held) {
          if (next === held.node) next = node;
          held.node.replaceWith(node);
        } else if (foreign && at > known && !this.turned) arrived += 1;
        held = { node, signature };
        this.nodes.set(key, held);
      }
      if (held.node === next) next = next.nextSibling;
      else this.log.insertBefore(held.node, next);
    }
    this.rove();
    focus?.();
    if (this.pinned) this.toEnd();
    else {
      anchor?.();
      this.missed += arrived;
    }
    this.showPill();
    if (this.turned) {
      this.turned = false;
      setTimeout(() => this.log.setAttribute("aria-live", "polite"), 400);
    }
  }

  entries(items, { unreadFrom, lead, mayReply, beyond }) {
    const entries = [];
    if (lead && !items.length) entries.push({ key: "lead", signature: lead.signature, make: lead.make });
    // Whoever reads further up keeps the same beginning; it moves on only while the end is in sight.
    if (this.pinned) this.hidden = Math.max(0, items.length - this.limit);
    const hidden = Math.min(this.hidden, items.length);
    if (hidden || beyond) {
      entries.push({
        key: "earlier", signature: String(hidden),
        make: () => h("button", { type: "button", class: "button plain earlier", "data-testid": "earlier", onclick: () => this.acts.earlier(this) },
          hidden ? `Show ${count(Math.min(hidden, 2 * AT_ONCE), "earlier message")}` : "Earlier messages"),
      });
    }
    let before = null, lastDay = null;
    for (const item of items.slice(hidden)) {
      const at_us = (item.message ?? item.answer).at_us;
      const its = day(at_us);
      // An answer stands beside what it is about, of whatever day that is.
      if (its !== lastDay && (item.message || lastDay === null)) {
        entries.push({ key: `day:${its}`, signature: dayLong(at_us), make: () => h("h2", { class: "day" }, h("span", { "data-date": dayFull(at_us) }, dayLong(at_us))) });
        lastDay = its;
        before = null;
      }
      if (item.answer) {
        entries.push({ key: `answer:${item.answer.id}`, signature: [today(), seen(item.answer.card, this.reader.view)].join(), make: () => this.answer(item.answer) });
        before = null;
        continue;
      }
      const { message, replies } = item;
      if (message.id === unreadFrom) {
        entries.push({ key: "new", signature: "", make: () => h("p", { class: "new-line", "data-testid": "new-line" }, h("span", {}, "New")) });
        before = null;
      }
      const reply = Boolean(item.reply);
      const grouped = !reply && before && before.author.id === message.author.id && message.at_us - before.at_us < SAME_BREATH_US;
      entries.push({
        key: message.id,
        signature: [message.change, grouped, reply, replies?.count, replies?.last_us, this.unfolded.has(message.id), today(), clock.zone, seen(message.card, this.reader.view)].join(),
        foreign: message.author.id !== this.reader.me,
        make: () => this.message(message, { grouped, replies, mayReply, reply }),
      });
      before = reply ? null : message;
    }
    return entries;
  }

  message(message, { grouped, replies, mayReply, reply }) {
    const { author } = message;
    const own = author.id === this.reader.me;
    const parts = ["message", grouped && "grouped", reply && "reply", author.bot && "bot", message.deleted && "gone"].filter(Boolean).join(" ");
    const tools = !message.deleted && [
      mayReply && this.tool("reply", "Reply in thread", () => this.acts.reply(message.thread ?? message.id)),
      own && this.tool("edit", "Edit", () => this.acts.edit(message, this)),
      own && this.tool("bin", "Delete", () => this.acts.remove(message)),
    ].filter(Boolean);
    return h("article", {
      class: parts, tabIndex: -1, id: `message-${message.id}`,
      "data-testid": "message", "data-id": message.id, "data-author": author.id,
      "aria-label": `${author.name}, ${hours(message.at_us)}`,
    },
      h("div", { class: "gutter" }, grouped ? timeElement(message.at_us, hours(message.at_us)) : face(author, this.party(author.id))),
      h("div", { class: "said" },
        !grouped && h("p", { class: "byline" },
          h("bdi", { class: "author" }, author.name),
          author.bot ? h("span", { class: "party" }, "bot") : this.party(author.id) && h("span", { class: "party" }, this.party(author.id).name),
          timeElement(message.at_us, hours(message.at_us))),
        message.deleted
          ? h("p", { class: "text quiet" }, "message deleted")
          : message.text?.length > 0 && this.text(message),
        message.card && card(message.card, {
          reader: this.reader,
          press: (action, self, style) => this.acts.press(action, message.id, this, style),
        }),
        message.files?.length > 0 && h("ul", { class: "files" }, message.files.map((file) => h("li", {}, attachment(file)))),
        replies && h("button", {
          type: "button", class: "replies", "data-testid": "replies", onclick: () => this.acts.reply(message.id),
        },
          h("span", { class: "faces", "aria-hidden": "true" }, replies.authors.slice(0, 3).map((one) => face(one, this.party(one.id)))),
          h("span", { class: "replies-count" }, count(replies.count, "reply", "replies")),
          h("span", { class: "quiet" }, "last ", timeElement(replies.last_us)))),
      tools?.length > 0 && h("div", { class: "tools" }, tools));
  }

  text(message) {
    const long = message.text.reduce((sum, span) => sum + (span.text?.length ?? 8), 0) > LONG_WORDS
      || message.text.reduce((sum, span) => sum + (span.text?.split("\n").length ?? 1) - 1, 0) > LONG_LINES;
    const open = this.unfolded.has(message.id);
    const text = h("div", { class: long && !open ? "text folded" : "text", dir: "auto" }, words(message.text, this.reader),
      message.edited_us && h("span", { class: "quiet edited", title: `Edited ${hours(message.edited_us)}. What it said before is kept in the ledger.` }, " edited"));
    if (!long) return text;
    return h("div", {}, text, h("button", {
      type: "button", class: "fold", "aria-expanded": open ? "true" : "false", "data-action": "fold",
      onclick: () => {
        if (open) this.unfolded.delete(message.id);
        else this.unfolded.add(message.id);
        this.acts.redraw();
      },
    }, open ? "Show less" : "Show all of it"));
  }

  answer(answer) {
    return h("section", { class: "answer", role: "group", "data-testid": "answer", "aria-label": "Private answer" },
      h("p", { class: "answer-head" }, icon("hidden"), h("span", {}, "Only you can see this"),
        h("button", { type: "button", class: "bare dismiss", "data-testid": "dismiss", "aria-label": "Dismiss this answer", title: "Dismiss", onclick: () => this.acts.dismiss(answer) }, icon("close"))),
      card(answer.card, { reader: this.reader, press: (action, self, style) => this.acts.press(action, answer.message, this, style, answer) }));
  }

  tool(drawing, label, act) {
    return h("button", { type: "button", class: "bare", tabIndex: -1, title: label, "aria-label": label, "data-tool": drawing, "data-testid": `tool-${drawing}`, onclick: act }, icon(drawing));
  }

  // Arrow keys walk the messages; the letters on a message are its tools.
  walk(event) {
    const here = event.target.closest(".message");
    if (!here || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...this.log.querySelectorAll(".message")];
    const at = all.indexOf(here);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      const next = all[Math.max(0, Math.min(all.length - 1, to))];
      this.rove(next);
      next.focus();
      next.scrollIntoView({ block: "nearest" });
      return;
    }
    if (event.target !== here) return;
    const tool = { r: "reply", e: "edit", Delete: "bin", Enter: "first" }[event.key];
    const button = tool === "first" ? here.querySelector(".buttons button") ?? here.querySelector(".said button") : tool && here.querySelector(`[data-tool="${tool}"]`);
    if (!button) return;
    event.preventDefault();
    if (tool === "first") button.focus();
    else button.click();
  }

  // One message is in the tab order, as in any list that arrow keys walk.
  rove(chosen) {
    const all = [...this.log.querySelectorAll(".message")];
    const one = chosen ?? all.find((node) => node === document.activeElement) ?? all.at(-1);
    for (const node of all) node.tabIndex = node === one ? 0 : -1;
  }

  // Where the focus is now, as something that can be found again in the exchanged node.
  focus() {
    const active = document.activeElement;
    const node = active?.closest?.("[data-key]");
    if (!node || !this.log.contains(node)) return null;
    const { key } = node.dataset;
    const { action, tool } = active.dataset;
    return () => {
      if (active.isConnected) return;
      const held = this.nodes.get(key)?.node;
      if (!held) return;
      const same = [...held.querySelectorAll("[data-action],[data-tool]")].find((one) => (action && one.dataset.action === action) || (tool && one.dataset.tool === tool));
      (same ?? held).focus({ preventScroll: true });
    };
  }

  // Keeps the first thing in sight where it is, whatever grows above it.
  anchor() {
    const top = this.scroller.getBoundingClientRect().top;
    const node = [...this.log.querySelectorAll(":scope > .message")].find((child) => child.getBoundingClientRect().bottom > top);
    if (!node) return null;
    const { key } = node.dataset;
    const before = node.getBoundingClientRect().top;
    return () => {
      const now = this.nodes.get(key)?.node;
      if (now) this.scroller.scrollTop += now.getBoundingClientRect().top - before;
    };
  }

  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    const below = scrollHeight - scrollTop - clientHeight;
    this.pinned = below < 16;
    this.far = below > clientHeight;
    if (this.pinned) this.missed = 0;
    this.showPill();
  }

  showPill() {
    this.pill.hidden = this.pinned || (!this.missed && !this.far);
    if (!this.pinned) {
      fill(this.pill, icon("down"), this.missed ? count(this.missed, "new message") : "Latest");
      this.pill.classList.toggle("news", this.missed > 0);
    }
  }

  toEnd(smooth = false) {
    this.pinned = true;
    this.missed = 0;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !matchMedia("(prefers-reduced-motion: reduce)").matches ? "smooth" : "instant" });
    this.showPill();
  }

  /** Brings a message or an answer into sight and marks it for a moment. */
  reveal(key, { flash = true, focus = false } = {}) {
    const node = this.nodes.get(key)?.node;
    if (!node) return false;
    node.scrollIntoView({ block: flash ? "center" : "nearest" });
    this.scrolled();
    if (flash) {
      node.classList.remove("flash");
      void node.offsetWidth; // lets the same message flash twice
      node.classList.add("flash");
    }
    if (focus) {
      this.rove(node);
      node.focus({ preventScroll: true });
    }
    return true;
  }

  /** `by` earlier ones came in above; they stay hidden until `more`. */
  grew(by) {
    this.pinned = false;
    this.hidden += by;
  }

  /** Draws this many messages more (or all of them) next time, without leaving the place. */
  more(extra = 2 * AT_ONCE) {
    this.pinned = false;
    this.limit += extra;
    this.hidden = Math.max(0, this.hidden - extra);
  }
}

/** Initials, in the shade of the party; the bot has its mark. */
export function face(author, party) {
  if (author.bot) return h("span", { class: "face face-bot", "aria-hidden": "true" }, mark());
  const initials = author.name.split(/\s+/).map((name) => [...name][0] ?? "").filter(Boolean);
  return h("span", { class: `face shade-${party?.shade ?? 0}`, "aria-hidden": "true" },
    initials.length > 1 ? `${initials[0]}${initials.at(-1)}` : initials[0] ?? "·");
}

function attachment(file) {
  const name = h("bdi", { class: "file-name" }, file.name);
  const size = h("span", { class: "quiet" }, bytes(file.bytes));
  if (!PICTURE.test(file.name)) return h("a", { class: "file", href: file.url, download: file.name }, icon("file"), name, size);
  return h("a", { class: "file picture", href: file.url, target: "_blank", rel: "noopener" },
    h("img", { src: file.url, alt: file.name, loading: "lazy" }), h("span", { class: "picture-name" }, name, size));
}
