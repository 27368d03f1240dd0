// A form of the bot's, in a dialog. Its fields are data; its errors come back to the field that they are about.
// What was typed into a form is kept while it is typed, for each person, form and case, and is there when the same form is
// opened again, also after the page was closed. What is said anew on the way to the form counts more than what was kept.

import { fill, h, icon, memory } from "./element.js";
import { clock, toRfc3339, toWall } from "./clock.js";
import { words } from "./words.js";

const dialog = document.getElementById("form");

/** A draft: what the form was opened with, and what was typed. One that can't be read is none. */
function draft(key) {
  try {
    const { given, values } = JSON.parse(memory.get(key));
    return given && values ? { given, values } : null;
  } catch { return null; }
}

/** Shows `form`; `submit(values)` returns `errors` (by field) or null when it was taken. `style`: of the button that led here. */
export function ask(form, { reader, people, submit, style = null }) {
  const key = `room.form.${reader.me}.${form.id}`;
  const before = draft(key);
  const given = Object.fromEntries(form.fields.map((field) => [field.name, field.value ?? null]));
  const start = (field) => (before && field.name in before.values && before.given[field.name] === given[field.name] ? before.values[field.name] : field.value);
  const fields = form.fields.map((field) => input(field, start(field), people));
  const alert = h("p", { class: "refusal", role: "alert", hidden: true });
  const go = h("button", { type: "submit", class: `button ${style === "danger" ? "danger" : "primary"}`, "data-testid": "form-submit" }, form.submit ?? "Send");
  const values = () => Object.fromEntries(fields.map((field) => [field.name, field.raw()]));
  const untouched = JSON.stringify(Object.fromEntries(form.fields.map((field) => [field.name, input(field, field.value, people).raw()])));
  const restored = Boolean(before) && JSON.stringify(values()) !== untouched;
  const keep = () => {
    const now = values();
    if (JSON.stringify(now) === untouched) memory.drop(key);
    else memory.set(key, JSON.stringify({ given, values: now }));
  };

  const complain = (sentence) => {
    alert.hidden = !sentence;
    fill(alert, sentence && icon("bang"), sentence && h("span", {}, sentence));
  };
  const markErrors = (errors) => {
    let at = null;
    for (const field of fields) {
      field.complain(errors?.[field.name] ?? null);
      if (errors?.[field.name]) at ??= field;
    }
    // An error about no field that is shown is still said.
    complain(Object.entries(errors ?? {}).filter(([name]) => !fields.some((field) => field.name === name)).map(([, sentence]) => sentence).join(" "));
    at?.control.focus();
    return Boolean(at);
  };

  const close = () => dialog.close();
  const anew = () => {
    memory.drop(key);
    ask(form, { reader, people, submit, style });
  };

  const body = h("form", {
    method: "dialog", noValidate: true, class: "sheet-form",
    oninput: keep, onchange: keep,
    onsubmit: async (event) => {
      event.preventDefault();
      if (go.getAttribute("aria-busy")) return;
      const missing = Object.fromEntries(fields.filter((field) => field.required && field.empty()).map((field) => [field.name, field.kind === "choice" || field.kind === "person" ? "Choose one." : "This is needed."]));
      if (markErrors(missing)) return;
      go.setAttribute("aria-busy", "true");
      try {
        const errors = await submit(Object.fromEntries(fields.map((field) => [field.name, field.value()])));
        if (errors && Object.keys(errors).length) return void markErrors(errors);
        memory.drop(key);
        close();
      } catch (refusal) {
        complain(refusal.message);
      } finally {
        go.removeAttribute("aria-busy");
      }
    },
  },
    h("header", { class: "sheet-head" }, h("h2", { id: "form-title" }, form.title),
      h("button", { type: "button", class: "bare", "aria-label": "Close the form", title: "Close", onclick: close }, icon("close"))),
    h("div", { class: "sheet-body" },
      form.intro?.length > 0 && h("div", { class: "intro" }, form.intro.map((line) => h("p", { dir: "auto" }, words(line, reader)))),
      restored && h("p", { class: "restored", role: "status", "data-testid": "restored" }, "What you typed here before is still in the form. ",
        h("button", { type: "button", class: "link", "data-testid": "form-anew", onclick: anew }, "Start over")),
      alert,
      fields.map((field) => field.element)),
    h("footer", { class: "sheet-foot" }, h("button", { type: "button", class: "button plain", "data-testid": "form-cancel", onclick: close }, "Cancel"), go));

  fill(dialog, body);
  if (!dialog.open) dialog.showModal();
  dialog.querySelector(".sheet-body").scrollTop = 0;
  (fields.find((field) => field.required && field.empty()) ?? fields[0])?.control.focus();
}

function input(field, value, people) {
  const id = `field-${field.name}`;
  const describe = [field.hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(" ");
  const common = { id, name: field.name, required: Boolean(field.required), "aria-describedby": describe, "data-testid": `field-${field.name}` };
  const error = h("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const hint = field.hint && h("p", { class: "field-hint", id: `${id}-hint` }, field.kind === "moment" ? `${field.hint} (${clock.place} time)` : field.hint);
  const zone = field.kind === "moment" && !field.hint && h("p", { class: "field-hint" }, `${clock.place} time`);
  const control = make(field, common, value, people);

  const raw = () => (field.kind === "flag" ? control.checked : control.value);
  const it = {
    name: field.name, kind: field.kind, required: field.required, control, raw,
    empty: () => (field.kind === "flag" ? !control.checked : !control.value.trim()),
    value: () => (field.kind === "moment" ? toRfc3339(control.value) : raw()),
    complain(sentence) {
      error.hidden = !sentence;
      error.textContent = sentence ?? "";
      if (sentence) control.setAttribute("aria-invalid", "true");
      else control.removeAttribute("aria-invalid");
    },
  };
  control.addEventListener("input", () => it.complain(null));

  const label = h("label", { for: id }, field.label, !field.required && field.kind !== "flag" && h("span", { class: "optional" }, " optional"));
  const left = field.max && (field.kind === "long" || field.kind === "text") && h("span", { class: "left", "aria-hidden": "true" });
  if (left) {
    const countLeft = () => { left.textContent = control.value.length > field.max * 0.7 ? `${field.max - control.value.length} left` : ""; };
    control.addEventListener("input", countLeft);
    countLeft();
  }
  it.element = field.kind === "flag"
    ? h("div", { class: "field flag" }, control, h("div", {}, label, hint, error))
    : h("div", { class: "field" }, h("div", { class: "field-head" }, label, left), control, hint || zone, error);
  return it;
}

function make(field, common, value, people) {
  switch (field.kind) {
    case "long":
      return h("textarea", { ...common, rows: 4, ...(field.max && { maxLength: field.max }), value: value ?? "" });
    case "choice":
    case "person": {
      const choices = field.choices?.length ? field.choices : field.kind === "person" ? people.map((person) => ({ value: person.id, label: `${person.name} · ${person.party}` })) : [];
      const known = choices.some((choice) => choice.value === value);
      const select = h("select", common,
        !known && h("option", { value: "" }, field.required ? "Choose…" : "—"),
        known && !field.required && h("option", { value: "" }, "—"),
        choices.map((choice) => h("option", { value: choice.value }, choice.label ?? choice.value)));
      select.value = known ? value : "";
      return select;
    }
    case "flag":
      return h("input", { ...common, type: "checkbox", required: false, checked: value === true || value === "true" });
    case "moment":
      return h("input", { ...common, type: "datetime-local", value: toWall(value) });
    default:
      return h("input", { ...common, type: "text", autocomplete: "off", ...(field.max && { maxLength: field.max }), value: value ?? "" });
  }
}
