// The side panel: what this person owes, by case; what they asked for and where it stands; and the other open cases, nearest
// moment first, over one line of time that shows all of it. The lists say everything; the line is for the eye.

import { dial, fill, h, icon } from "./element.js";
import { clock, countdown, moment, nearness, timeElement } from "./clock.js";
import { buttons } from "./card.js";

const MINUTE_US = 60_000_000;
const MARKS = [[0, "now"], [15, "15 m"], [60, "1 h"], [240, "4 h"], [1440, "1 d"]];
const NOW_AT = 0.16; // what is late stands to the left of this
const REACH_MINUTES = 2880;

// Minutes from now → a place on the line from 0 to 1. Logarithmic: the next quarter of an hour is what matters at night.
function place(minutes) {
  const part = Math.min(1, Math.log1p(Math.abs(minutes) / 8) / Math.log1p(REACH_MINUTES / 8));
  return minutes >= 0 ? NOW_AT + part * (1 - NOW_AT) : NOW_AT * (1 - part);
}

/** Where something that was asked for stands: who is next, or nothing more. */
const where = (item) => (item.ended_us ? item.workflow : [item.progress, item.waiting_on.length > 0 && `waiting on ${names(item.waiting_on)}`].filter(Boolean).join(" · ") || item.workflow);

const soonest = (a, b) => (b.late ?? false) - (a.late ?? false) || (a.due_us ?? Infinity) - (b.due_us ?? Infinity);

export const NOTHING = { owed: [], owed_all: true, asked: [], cases: [], newest: null, views: {} };

const names = (people, last = "or") => {
  const shown = people.length > 4 ? [...people.slice(0, 3).map((one) => one.name), `${people.length - 3} more`] : people.map((one) => one.name);
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} ${people.length > 4 ? "and" : last} ${shown.at(-1)}` : shown[0];
};

export class Panel {
  /** `acts`: `visit(item)`, `press(action, item, style)`, `close()`. */
  constructor(root, acts) {
    this.root = root;
    this.acts = acts;
    this.mine = NOTHING;
    this.horizon = h("div", { class: "horizon", "aria-hidden": "true" });
    this.owedTitle = h("h2", { class: "panel-title" }, "What I owe");
    this.owed = h("ol", { class: "owed", "data-testid": "owed" });
    this.askedTitle = h("h2", { class: "panel-title" }, "What I asked for");
    this.asked = h("ol", { class: "cases", "data-testid": "asked" });
    this.casesTitle = h("h2", { class: "panel-title" }, "Open cases");
    this.cases = h("ol", { class: "cases", "data-testid": "cases" });
    fill(root,
      h("header", { class: "head panel-head" }, this.owedTitle,
        h("button", { type: "button", class: "bare panel-close", "aria-label": "Close the panel", title: "Close", onclick: () => acts.close() }, icon("close"))),
      h("div", { class: "panel-body" }, this.horizon, this.owed, this.askedTitle, this.asked, this.casesTitle, this.cases));
    clock.watch(() => this.drawHorizon());
  }

  show(mine) {
    const focused = document.activeElement?.dataset?.action;
    const inside = this.root.contains(document.activeElement);
    this.mine = mine;
    const owed = [...mine.owed].sort(soonest);
    const asked = [...mine.asked].sort((a, b) => Boolean(a.ended_us) - Boolean(b.ended_us) || soonest(a, b));
    const named = new Set([...owed, ...asked].map((item) => item.case));
    const cases = mine.cases.filter((item) => !named.has(item.case)).sort(soonest);
    const tally = (n) => n > 0 && h("span", { class: "tally" }, String(n));
    fill(this.owedTitle, "What I owe", tally(this.tally));
    fill(this.askedTitle, "What I asked for", tally(asked.length));
    fill(this.casesTitle, named.size ? "Other open cases" : "Open cases", tally(cases.length));
    const more = mine.owed_all ? [] : [h("li", { class: "nothing" }, "There is more, due later.")];
    fill(this.owed, owed.length ? [...owed.map((item) => this.duty(item)), ...more] : h("li", { class: "nothing" }, "Nothing. Nobody is waiting for an answer from you."));
    fill(this.asked, asked.map((item) => this.case(item, where(item))));
    fill(this.cases, cases.length ? cases.map((item) => this.case(item, item.workflow)) : h("li", { class: "nothing" }, named.size ? "No other case is open." : "No case is open."));
    this.askedTitle.hidden = this.asked.hidden = !asked.length;
    this.drawn = null;
    this.drawHorizon();
    if (inside && focused) this.root.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
  }

  duty(item) {
    return h("li", { class: item.late ? "duty late" : "duty", "data-testid": `owed-${item.case}` },
      h("button", { type: "button", class: "duty-go", onclick: () => this.acts.visit(item) },
        h("span", { class: "duty-top" },
          h("span", { class: "duty-case" }, h("span", { class: "case-id" }, item.case), item.answers.length === 1 ? ` ${item.answers[0].duty}` : ` ${item.answers.length} answers`),
          this.term(item)),
        h("bdi", { class: "duty-title" }, item.title),
        item.answers.length > 1 && h("ul", { class: "duty-answers" }, item.answers.map((answer) => h("li", { class: answer.late ? "late" : "" },
          h("span", {}, [answer.duty, answer.progress].filter(Boolean).join(" · ")), this.when(answer)))),
        h("span", { class: "duty-more" }, [item.workflow, item.answers.length === 1 && item.answers[0].progress].filter(Boolean).join(" · "),
          item.answers.length === 1 && this.when(item)),
        item.also.length > 0 && h("span", { class: "duty-more duty-also" }, `also ${names(item.also)}`)),
      item.buttons?.length > 0 && buttons(item.buttons, (action, self, style) => this.acts.press(action, item, style)));
  }

  when(term) {
    if (term.paused) return h("span", { class: "duty-by" }, "paused");
    return term.due_us && h("span", { class: "duty-by" }, term.late ? "late, due " : "due ", timeElement(term.due_us));
  }

  case(item, more) {
    return h("li", {},
      h("button", { type: "button", class: "case-go", onclick: () => this.acts.visit(item) },
        h("span", { class: "duty-top" },
          h("span", { class: "duty-case" }, h("span", { class: "case-id" }, item.case), " ", [item.state, item.severity].filter(Boolean).join(" · "),
            item.restricted && h("span", { class: "restricted", title: "Restricted: only its people see it" }, icon("lock"), h("span", { class: "unseen" }, "restricted"))),
          this.term(item)),
        h("bdi", { class: "case-title" }, item.title),
        h("span", { class: "duty-more" }, more)));
  }

  term(item) {
    if (item.ended_us) return h("span", { class: "term ended" }, timeElement(item.ended_us));
    if (item.paused) return h("span", { class: "term paused" }, "paused");
    if (!item.due_us) return null;
    return h("span", { class: "term" }, (item.late || nearness(item.due_us) === "late") && dial("late"), countdown(item.due_us));
  }

  drawHorizon() {
    const dues = [
      ...this.mine.cases.filter((item) => item.due_us && !this.mine.owed.some((owed) => owed.case === item.case)).map((item) => ({ ...item, mine: false })),
      ...this.mine.owed.filter((item) => item.due_us && !item.paused).map((item) => ({ ...item, mine: true })),
    ];
    const now = clock.now_us();
    const ticks = dues.map((item) => ({ item, at: place((item.due_us - now) / MINUTE_US), near: nearness(item.due_us) }));
    const drawn = ticks.map(({ item, at, near }) => `${item.case}${item.mine}${at.toFixed(3)}${near}`).join();
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.horizon.hidden = !ticks.length;
    const put = (element, at) => {
      element.style.setProperty("--at", at.toFixed(4));
      return element;
    };
    fill(this.horizon,
      h("span", { class: "horizon-line" }),
      MARKS.map(([minutes, label]) => put(h("span", { class: minutes ? "horizon-mark" : "horizon-mark now" }, label), place(minutes))),
      ticks.map(({ item, at, near }) => {
        const tick = h("span", { class: item.mine ? "tick mine" : "tick", title: `${item.case}, due ${moment(item.due_us)}` });
        tick.dataset.near = near;
        return put(tick, at);
      }));
  }

  get answers() { return this.mine.owed.flatMap((item) => item.answers); }
  get tally() { return this.answers.length; }
  get late() { return this.answers.filter((answer) => answer.late || (answer.due_us && !answer.paused && nearness(answer.due_us) === "late")).length; }

  /** A case by its id, as far as it is named here. */
  find(id) {
    const { owed, asked, cases, newest } = this.mine;
    return [...cases, ...asked, ...owed, ...(newest ? [newest] : [])].find((item) => item.case === id) ?? null;
  }
}
