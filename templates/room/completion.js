// Completion of what is being typed: commands, verbs, arguments and names. `complete` is a pure function of the
// words and the grammar; the class shows its answer. Whether a command is right is for the server to say.

import { count, fill, h } from "./element.js";
import { sentence } from "./words.js";

const plainly = (about) => about.replaceAll("`", "");

/** Splits at blanks, quotes kept together; each token knows where it stands. */
function tokens(text) {
  return [...text.matchAll(/(?:[^\s"]*"[^"]*"?|[^\s"]+)+/g)].map((found) => ({ text: found[0], from: found.index, to: found.index + found[0].length }));
}

const starts = (word, typed) => word.toLowerCase().startsWith(typed.toLowerCase());
const quoted = (value) => (/\s/.test(value) ? `"${value}"` : value);

/**
 * What could stand at the caret. `grammar`: prefix, verbs, people, cases, bot.
 * Returns null, or `{ from, to, options: [{ insert, label, detail, note }], usage, hint }`.
 */
export function complete(text, caret, grammar) {
  const before = text.slice(0, caret);
  const tail = /^\S*/.exec(text.slice(caret))[0];
  const to = caret + tail.length;
  if (before.startsWith(grammar.prefix) && tokens(before)[0]?.from === 0) return command(before, to, grammar);
  const at = /(?:^|\s)@([\p{L}\p{N}._-]*)$/u.exec(before);
  return at ? { from: caret - at[1].length - 1, to, options: names(at[1], grammar) } : null;
}

function names(typed, { people, bot }) {
  return [...people, ...(bot ? [{ ...bot, roles: ["the bot"] }] : [])]
    .filter((person) => starts(person.id, typed) || person.name.split(" ").some((name) => starts(name, typed)))
    .map((person) => ({ insert: `@${person.id} `, label: `@${person.id}`, detail: person.name, note: person.roles?.join(", ") }));
}

function command(before, to, grammar) {
  const { prefix, verbs } = grammar;
  const list = tokens(before);
  const fresh = /\s$/.test(before);
  const at = fresh ? list.length : list.length - 1;
  const current = fresh ? { text: "", from: before.length } : list[at];
  const root = list[0].text.slice(prefix.length).toLowerCase();

  if (at === 0) {
    const roots = [...new Set(verbs.map((verb) => verb.root))].filter((name) => starts(name, root)).map((name) => ({
      insert: `${prefix}${name} `, label: `${prefix}${name}`,
      detail: verbs.filter((verb) => verb.root === name && verb.verb).map((verb) => verb.verb).join(" · "),
    }));
    // Whoever remembers the verb alone finds it as well.
    const loose = root.length < 2 ? [] : verbs.filter((verb) => [verb.verb, ...(verb.aliases ?? [])].some((name) => name && starts(name, root))).map((verb) => ({
      insert: `${prefix}${verb.root} ${verb.verb} `, label: `${prefix}${verb.root} ${verb.verb}`, detail: plainly(verb.about),
    }));
    return { from: current.from, to, options: [...roots, ...loose] };
  }

  const family = verbs.filter((verb) => verb.root === root);
  if (!family.length) return null;
  if (at === 1) {
    const match = (verb) => [verb.verb, ...(verb.aliases ?? [])].filter((name) => starts(name, current.text));
    return {
      from: current.from, to,
      options: family.filter((verb) => verb.verb && match(verb).length).map((verb) => ({
        insert: `${verb.verb} `, label: verb.verb, detail: plainly(verb.about),
        note: (verb.aliases ?? []).join(", "), exact: [verb.verb, ...(verb.aliases ?? [])].includes(current.text),
      })),
    };
  }

  const verb = family.find((one) => [one.verb, ...(one.aliases ?? [])].includes(list[1].text.toLowerCase()));
  if (!verb) return null;
  return { from: current.from, to, ...argument(verb, list.slice(2, at).map((token) => token.text), current.text, grammar) };
}

// Which argument is being typed: the ones before it are dealt out in order, and an optional argument
// whose choices don't hold the word is passed over, as the parser does it.
function argument(verb, given, typed, grammar) {
  const args = verb.args ?? [];
  const placed = args.filter((arg) => !arg.named && arg.kind !== "flag");
  const loose = args.filter((arg) => arg.named || arg.kind === "flag");
  const used = new Set();
  let seat = 0;
  for (const word of given) {
    const named = loose.find((arg) => (arg.kind === "flag" ? word === flag(arg) : starts(word, `${arg.name}=`)));
    if (named) {
      used.add(named.name);
      continue;
    }
    while (placed[seat] && !placed[seat].required && placed[seat].kind !== "rest" && !accepts(placed[seat], word, grammar)) seat += 1;
    if (placed[seat] && placed[seat].kind !== "rest") seat += 1;
  }
  const options = [];
  let now = placed[seat];
  const half = /^([\w-]+)=(.*)$/.exec(typed);
  const named = half && loose.find((arg) => arg.name === half[1]);
  if (named) {
    now = named;
    options.push(...values(named, half[2], grammar).map((option) => ({ ...option, insert: `${named.name}=${option.insert}` })));
  } else if (typed.startsWith("@") && now?.kind !== "person") {
    options.push(...names(typed.slice(1), grammar));
  } else {
    for (let next = seat; placed[next]; next += 1) {
      options.push(...values(placed[next], typed, grammar).map((option) => ({ note: placed[next].name, ...option })));
      if (placed[next].required || placed[next].kind === "rest") break;
    }
    for (const arg of loose) {
      const insert = arg.kind === "flag" ? `${flag(arg)} ` : `${arg.name}=`;
      if (!used.has(arg.name) && starts(insert, typed) && (typed || seat > 0 || !placed.length)) {
        options.push({ insert, label: insert.trim(), detail: arg.hint ?? "" });
      }
    }
    // The word may already belong to a later seat: then that one's hint is the useful one.
    if (typed && now && !now.required && now.kind !== "rest" && !values(now, typed, grammar).length) {
      now = placed.slice(seat).find((arg) => arg.required || arg.kind === "rest" || values(arg, typed, grammar).length) ?? now;
    }
  }
  return { options, usage: { verb, now }, hint: now?.hint ?? "" };
}

const flag = (arg) => (arg.named ? `${arg.name}=yes` : arg.name);

function accepts(arg, word, grammar) {
  if (arg.choices?.length) return arg.choices.some((choice) => choice.toLowerCase() === word.toLowerCase());
  if (arg.kind === "case") return /^[a-z]{3}-\d+$/i.test(word);
  if (arg.kind === "person") return word.startsWith("@") || grammar.people.some((person) => person.id === word);
  if (arg.kind === "span") return /^\d/.test(word);
  if (arg.kind === "moment") return /\d/.test(word);
  return true;
}

function values(arg, typed, grammar) {
  switch (arg.kind) {
    case "person":
      return names(typed.replace(/^@/, ""), grammar);
    case "case":
      return grammar.cases.filter((one) => starts(one.case, typed) || (typed.length > 2 && one.title?.toLowerCase().includes(typed.toLowerCase())))
        .map((one) => ({ insert: `${one.case} `, label: one.case, detail: one.title, note: one.state }));
    case "role":
      return (arg.choices ?? [...new Set(grammar.people.flatMap((person) => person.roles ?? []))]).filter((role) => starts(role, typed))
        .map((role) => ({ insert: `${role} `, label: role, detail: grammar.people.filter((person) => person.roles?.includes(role)).map((person) => person.name).join(", ") }));
    case "flag":
      return ["yes", "no"].filter((value) => starts(value, typed)).map((value) => ({ insert: `${value} `, label: value }));
    default:
      return (arg.choices ?? []).filter((choice) => starts(choice, typed)).map((choice) => ({ insert: `${quoted(choice)} `, label: choice, detail: "" }));
  }
}

let lists = 0;

/** The list under (over, in truth) the message box. */
export class Completion {
  constructor(input, popup, grammar) {
    Object.assign(this, { input, popup, grammar });
    this.listId = `completion-${++lists}`;
    this.open = false;
    this.closedFor = null;
    this.status = h("p", { class: "unseen", role: "status" });
    input.setAttribute("aria-autocomplete", "list");
    popup.after(this.status);
  }

  update() {
    const found = complete(this.input.value, this.input.selectionStart, this.grammar());
    const show = found && (found.options.length || found.usage) && document.activeElement === this.input;
    if (!show || this.closedFor === found.from) {
      if (!found || this.closedFor !== found.from) this.closedFor = null;
      return this.hide();
    }
    this.closedFor = null;
    const typed = this.input.value.slice(found.from, found.to);
    this.found = found;
    this.open = true;
    this.moved = false;
    // Enter on a word that is complete, or on none, sends; it must never choose what nobody asked for.
    this.active = typed && found.options.length && !found.options.some((option) => option.exact || option.insert.trim() === typed) ? 0 : -1;
    this.show();
  }

  show() {
    const { found } = this;
    const list = h("ul", { role: "listbox", id: this.listId, "aria-label": "Suggestions" }, found.options.map((option, at) => h("li", {
      role: "option", id: `${this.listId}-${at}`, "aria-selected": at === this.active ? "true" : "false",
      onmousedown: (event) => event.preventDefault(),
      onclick: () => this.pick(at),
    }, h("span", { class: "option-label" }, option.label), h("span", { class: "option-detail" }, option.detail ?? ""), option.note && h("span", { class: "option-note" }, option.note))));
    fill(this.popup, found.usage && usage(found.usage, found.hint, this.grammar().prefix), found.options.length > 0 && list,
      found.options.length > 0 && h("p", { class: "popup-keys", "aria-hidden": "true" }, h("kbd", {}, "↑"), h("kbd", {}, "↓"), " choose ", h("kbd", {}, "Tab"), " complete ", h("kbd", {}, "Esc"), " close"));
    this.popup.hidden = false;
    if (found.options.length) this.input.setAttribute("aria-controls", this.listId);
    else this.input.removeAttribute("aria-controls");
    this.select(this.active);
    const said = [found.options.length && count(found.options.length, "suggestion"), found.usage?.now && `${found.usage.now.name}${found.hint ? `: ${found.hint}` : ""}`].filter(Boolean).join(". ");
    if (this.status.textContent !== said) this.status.textContent = said;
  }

  select(at) {
    this.active = at;
    this.popup.querySelectorAll("[role=option]").forEach((option, index) => {
      option.setAttribute("aria-selected", index === at ? "true" : "false");
      if (index === at) option.scrollIntoView({ block: "nearest" });
    });
    if (at >= 0) this.input.setAttribute("aria-activedescendant", `${this.listId}-${at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  hide() {
    this.open = false;
    this.popup.hidden = true;
    this.input.removeAttribute("aria-activedescendant");
    this.input.removeAttribute("aria-controls");
    this.status.textContent = "";
  }

  pick(at) {
    const { from, to, options } = this.found;
    const { insert } = options[at];
    const after = this.input.value.slice(to).replace(insert.endsWith(" ") ? /^\s/ : /^/, "");
    this.input.value = this.input.value.slice(0, from) + insert + after;
    this.input.setSelectionRange(from + insert.length, from + insert.length);
    this.input.focus();
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** True when the key was the list's and not the message box's. */
  onKey(event) {
    if (!this.open) return false;
    const n = this.found.options.length;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        if (!n) return false;
        this.moved = true;
        this.select(event.key === "ArrowDown" ? (this.active + 1) % n : (this.active <= 0 ? n : this.active) - 1);
        return true;
      case "Tab":
        if (!n || event.shiftKey) return false;
        this.pick(Math.max(0, this.active));
        return true;
      case "Enter":
        if (event.shiftKey || this.active < 0) return false;
        this.pick(this.active);
        return true;
      case "Escape":
        this.closedFor = this.found.from;
        this.hide();
        return true;
      default:
        return false;
    }
  }
}

function usage({ verb, now }, hint, prefix) {
  return h("p", { class: "usage" },
    h("span", { class: "usage-line" }, h("span", { class: "usage-verb" }, `${prefix}${verb.root} ${verb.verb}`),
      (verb.args ?? []).map((arg) => h("span", { class: arg === now ? "usage-arg now" : "usage-arg" }, sign(arg)))),
    h("span", { class: "usage-hint" }, sentence(hint || verb.about || "")));
}

/** An argument as help writes it: `[severity]`, `text…`. */
export function sign(arg) {
  const name = arg.named ? `${arg.name}=…` : arg.kind === "rest" ? `${arg.name}…` : arg.name;
  return arg.required ? name : `[${name}]`;
}
