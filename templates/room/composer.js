// The message box of a channel or a thread: typing, drafts, files, completion, and editing what was said.
// Nothing that was typed is ever lost: it leaves the box's memory only once the room has taken it.

import { bytes, fill, h, icon, memory } from "./element.js";
import { Completion } from "./completion.js";

export class Composer {
  /**
   * `send(place, text, files, composer)`, `change(message, text)`, `lastOwn(place)`, `typedText(message)`, `grammar()`, `escape()`,
   * `largest()`: the largest file that is taken, in bytes.
   */
  constructor(form, { send, change, lastOwn, typedText, grammar, escape, largest, id, testid }) {
    Object.assign(this, { form, send, change, lastOwn, typedText, escape, largest });
    this.files = [];
    this.place = null;
    this.editing = null;

    this.input = h("textarea", {
      id, rows: 1, class: "say", "data-testid": testid, enterkeyhint: "send", "aria-describedby": `${id}-keys`,
      oninput: () => this.typed(), onkeydown: (event) => this.onKey(event),
      onblur: () => this.completion.hide(), onfocus: () => this.completion.update(),
      onpaste: (event) => this.taken(event, event.clipboardData),
    });
    this.input.setAttribute("aria-label", "Message");
    this.input.spellcheck = true;
    this.popup = h("div", { class: "popup", "data-testid": "completion", hidden: true });
    this.banner = h("p", { class: "banner", hidden: true });
    this.refusal = h("p", { class: "refusal", role: "alert", "data-testid": "refusal", hidden: true });
    this.tray = h("ul", { class: "tray", "aria-label": "Files to send", hidden: true });
    this.picker = h("input", { type: "file", multiple: true, class: "unseen", tabIndex: -1, "aria-label": "Files", "data-testid": `${testid}-file`, onchange: () => { this.add(this.picker.files); this.picker.value = ""; } });
    this.button = h("button", { type: "submit", class: "send", title: "Send", "aria-label": "Send", "data-testid": testid === "composer" ? "send" : `${testid}-send` }, icon("send"));
    this.attach = h("button", { type: "button", class: "bare attach", title: "Attach files", "aria-label": "Attach files", onclick: () => this.picker.click() }, icon("attach"));
    fill(form, this.popup, this.refusal, this.banner,
      h("div", { class: "box" }, this.tray, h("div", { class: "box-row" }, this.attach, this.input, this.button), this.picker),
      h("p", { class: "keys", id: `${id}-keys` }, h("span", {}, h("kbd", {}, "Enter"), " sends"), h("span", {}, h("kbd", {}, "Shift Enter"), " new line"), h("span", {}, h("kbd", {}, "/"), " commands"), h("span", {}, h("kbd", {}, "?"), " all keys")));
    this.completion = new Completion(this.input, this.popup, grammar);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.input.addEventListener("click", () => this.completion.update());
    document.addEventListener("selectionchange", () => document.activeElement === this.input && !this.completion.open && this.completion.update());
  }

  get key() { return `room.draft.${this.place.as}.${this.place.channel}${this.place.thread ? `/${this.place.thread}` : ""}`; }

  /** Goes to another channel or thread; its draft comes back. */
  open(place, placeholder) {
    if (this.place) this.stopEditing();
    if (this.files.length && this.place && this.place.channel !== place.channel) this.drop();
    this.place = place;
    this.input.placeholder = placeholder;
    this.input.setAttribute("aria-label", placeholder);
    this.complain(null);
    this.write(memory.get(this.key) ?? "");
  }

  /** Puts words in the box, the caret at their end. */
  write(text) {
    this.input.value = text;
    this.input.setSelectionRange(text.length, text.length);
    this.grow();
    this.ready();
  }

  /**
   * For a click that suggests a command. It goes in as typing does (`execCommand` is the only way to that),
   * so that Ctrl+Z brings back what was in the box.
   */
  suggest(text) {
    this.stopEditing();
    this.completion.closedFor = null;
    this.input.focus();
    this.input.select();
    if (!document.execCommand("insertText", false, text)) {
      this.write(text);
      this.typed();
    }
  }

  typed() {
    this.grow();
    this.save();
    this.ready();
    if (!this.refusal.hidden) this.complain(null);
    this.completion.update();
  }

  save() {
    if (this.editing) return;
    if (this.input.value) memory.set(this.key, this.input.value);
    else memory.drop(this.key);
  }

  grow() {
    this.input.style.height = "auto"; // through the CSSOM, which the page's content policy allows
    this.input.style.height = `${this.input.scrollHeight}px`;
  }

  ready() {
    this.button.toggleAttribute("data-ready", Boolean(this.input.value.trim() || this.files.length));
  }

  onKey(event) {
    if (event.isComposing) return;
    if (this.completion.onKey(event)) {
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (this.editing) this.stopEditing();
      else this.escape();
    } else if (event.key === "ArrowUp" && !this.input.value && !this.editing) {
      const message = this.lastOwn(this.place);
      if (!message) return;
      event.preventDefault();
      this.edit(message);
    }
  }

  edit(message) {
    this.editing = message;
    this.complain(null);
    fill(this.banner, icon("edit"), h("span", {}, "Editing your message"), h("button", { type: "button", class: "link", onclick: () => { this.stopEditing(); this.input.focus(); } }, "Cancel"));
    this.banner.hidden = false;
    this.form.classList.add("editing");
    this.write(this.typedText(message));
    this.input.focus();
  }

  stopEditing() {
    if (!this.editing) return;
    this.editing = null;
    this.banner.hidden = true;
    this.form.classList.remove("editing");
    this.write(memory.get(this.key) ?? "");
  }

  async submit() {
    const text = this.input.value;
    const { files, place, key } = this;
    if (this.sending || (!text.trim() && !files.length)) return;
    this.complain(null);
    this.completion.hide();
    if (this.editing) {
      const message = this.editing;
      if (!text.trim()) return this.complain("An empty message can't be kept. To take it back, delete it.");
      return this.wait(async () => {
        await this.change(message, text);
        if (this.editing === message) this.stopEditing();
      });
    }
    this.write("");
    await this.wait(async () => {
      try {
        const unsent = await this.send(place, text, files, this);
        if (memory.get(key) === text) memory.drop(key);
        this.drop(files.filter((file) => !unsent?.includes(file)));
      } catch (refusal) {
        if (refusal.sent) this.drop(refusal.sent); // some files are already in the room
        const words = refusal.said ? "" : text;
        if (this.key === key) {
          this.write([words, this.input.value].filter(Boolean).join("\n"));
          this.save();
        } else if (words) memory.set(key, words);
        throw refusal;
      }
    });
  }

  async wait(work) {
    this.sending = true;
    this.form.setAttribute("aria-busy", "true");
    try {
      await work();
    } catch (refusal) {
      this.complain(refusal.message);
    } finally {
      this.sending = false;
      this.form.removeAttribute("aria-busy");
    }
  }

  complain(sentence) {
    this.refusal.hidden = !sentence;
    if (sentence) fill(this.refusal, icon("bang"), h("span", {}, sentence));
  }

  /** Files from a paste or a drop; words are left to the browser. */
  taken(event, transfer) {
    if (!transfer?.files?.length) return;
    event.preventDefault();
    this.add(transfer.files);
  }

  /** One that is too large is turned down here, before it is on its way. */
  add(list) {
    const most = this.largest();
    const tooLarge = [...list].filter((file) => file.size > most);
    this.files = [...this.files, ...[...list].filter((file) => file.size <= most)];
    this.showTray();
    this.input.focus();
    this.complain(tooLarge.length > 0 && `${tooLarge.map((file) => `“${file.name}” has ${bytes(file.size)}`).join(", ")}: a file takes ${bytes(most)} at most. Make it smaller, or put it elsewhere and say where it is.`);
  }

  drop(gone = this.files) {
    this.files = this.files.filter((file) => !gone.includes(file));
    this.showTray();
  }

  showTray() {
    this.tray.hidden = !this.files.length;
    fill(this.tray, this.files.map((file) => h("li", {}, icon("file"), h("bdi", { class: "file-name" }, file.name), h("span", { class: "quiet" }, bytes(file.size)),
      h("button", { type: "button", class: "bare", "aria-label": `Don't send ${file.name}`, title: "Remove", onclick: () => { this.drop([file]); this.input.focus(); } }, icon("close")))));
    this.ready();
  }
}
