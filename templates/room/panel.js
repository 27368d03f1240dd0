// The side panel: what this person owes and which cases are open, nearest moment first, over one line of time
// that shows both. The lists say everything; the line is for the eye.

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

const soonest = (a, b) => (b.late ?? false) - (a.late ?? false) || (a.due_us ?? Infinity) - (b.due_us ?? Infinity);

export class Panel {
  /** `acts`: `visit(item)`, `press(action, message)`, `close()`. */
  constructor(root, acts) {
    this.root = root;
    this.acts = acts;
    this.mine = { owed: [], cases: [] };
    this.horizon = h("div", { class: "horizon", "aria-hidden": "true" });
    this.owedTitle = h("h2", { class: "panel-title" }, "What I owe");
    this.owed = h("ol", { class: "owed", "data-testid": "owed" });
    this.casesTitle = h("h2", { class: "panel-title" }, "Open cases");
    this.cases = h("ol", { class: "cases", "data-testid": "cases" });
    fill(root,
      h("header", { class: "head panel-head" }, this.owedTitle,
        h("button", { type: "button", class: "bare panel-close", "aria-label": "Close the panel", title: "Close", onclick: () => acts.close() }, icon("close"))),
      h("div", { class: "panel-body" }, this.horizon, this.owed, this.casesTitle, this.cases));
    clock.watch(() => this.drawHorizon());
  }

  show(mine) {
    const focused = document.activeElement?.dataset?.action;
    const inside = this.root.contains(document.activeElement);
    this.mine = mine;
    const owed = [...mine.owed].sort(soonest);
    const cases = [...mine.cases].sort(soonest);
    fill(this.owedTitle, "What I owe", owed.length > 0 && h("span", { class: "tally" }, String(owed.length)));
    fill(this.casesTitle, "Open cases", cases.length > 0 && h("span", { class: "tally" }, String(cases.length)));
    fill(this.owed, owed.length ? owed.map((item) => this.duty(item)) : h("li", { class: "nothing" }, "Nothing. Nobody is waiting for an answer from you."));
    fill(this.cases, cases.length ? cases.map((item) => this.case(item)) : h("li", { class: "nothing" }, "No case is open."));
    this.drawn = null;
    this.drawHorizon();
    if (inside && focused) this.root.querySelector(`[data-action="${CSS.escape(focused)}"]`)?.focus();
  }

  duty(item) {
    return h("li", { class: item.late ? "duty late" : "duty", "data-testid": `owed-${item.case}` },
      h("button", { type: "button", class: "duty-go", onclick: () => this.acts.visit(item) },
        h("span", { class: "duty-top" },
          h("span", { class: "duty-case" }, h("span", { class: "case-id" }, item.case), ` ${item.duty}`),
          this.term(item)),
        h("bdi", { class: "duty-title" }, item.title),
        h("span", { class: "duty-more" }, [item.workflow, item.progress].filter(Boolean).join(" · "),
          item.due_us && !item.paused && h("span", { class: "duty-by" }, "due ", timeElement(item.due_us)))),
      item.buttons?.length > 0 && buttons(item.buttons, (action) => this.acts.press(action, item)));
  }

  case(item) {
    return h("li", {},
      h("button", { type: "button", class: "case-go", onclick: () => this.acts.visit(item) },
        h("span", { class: "duty-top" },
          h("span", { class: "duty-case" }, h("span", { class: "case-id" }, item.case), " ", [item.state, item.severity].filter(Boolean).join(" · "),
            item.restricted && h("span", { class: "restricted", title: "Restricted: seen by its own people alone" }, icon("lock"), h("span", { class: "unseen" }, "restricted"))),
          this.term(item)),
        h("bdi", { class: "case-title" }, item.title),
        h("span", { class: "duty-more" }, item.workflow)));
  }

  term(item) {
    if (item.paused) return h("span", { class: "term paused" }, "paused");
    if (!item.due_us) return null;
    return h("span", { class: "term" }, (item.late || nearness(item.due_us) === "late") && dial("late"), countdown(item.due_us));
  }

  drawHorizon() {
    const dues = [
      ...this.mine.cases.filter((item) => item.due_us).map((item) => ({ ...item, mine: false })),
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

  get tally() { return this.mine.owed.length; }
  get late() { return this.mine.owed.filter((item) => item.late || (item.due_us && !item.paused && nearness(item.due_us) === "late")).length; }
}
