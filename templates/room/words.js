// Spans from the API → what is read on the page, and back to what can be typed. Everything is text: a span of
// words is never looked at for links, mentions or markup. What is a mention was decided by the server.

import { h } from "./element.js";
import { timeElement } from "./clock.js";

/** `reader` knows who reads (`me`), what a case is (`describe`) how to get to it (`visit`) and where commands are typed (`suggest`). */
export function words(spans, reader) {
  return (spans ?? []).map((span) => word(span, reader));
}

function word(span, reader) {
  if ("text" in span) return document.createTextNode(span.text);
  if ("time" in span) return timeElement(span.time);
  if ("strong" in span) return h("strong", {}, span.strong);
  if ("code" in span) return span.code.includes("\n") ? h("pre", { tabIndex: 0 }, h("code", {}, span.code)) : h("code", {}, span.code);
  if ("line" in span) {
    if (!reader.suggest) return h("code", {}, span.line);
    return h("button", {
      type: "button", class: "line", title: "Put it into the message box", onclick: () => reader.suggest(span.line.replace(/…$/, "")),
    }, h("code", {}, span.line));
  }
  if ("link" in span) {
    return /^https?:\/\//.test(span.link)
      ? h("a", { href: span.link, target: "_blank", rel: "noopener noreferrer nofollow" }, span.link)
      : h("code", {}, span.link);
  }
  if ("person" in span) {
    const mine = span.person.id === reader.me;
    return h("span", { class: mine ? "mention mine" : "mention", title: `@${span.person.id}` }, h("bdi", {}, `@${span.person.name}`));
  }
  if ("case" in span) {
    return h("button", {
      type: "button", class: "case", title: reader.describe(span.case), "data-testid": `case-${span.case}`,
      onclick: () => reader.visit(span.case),
    }, span.case);
  }
  return document.createTextNode(""); // a span that this page doesn't know yet
}

/** A sentence in which code stands between backticks, as the grammar's own are written. */
export const sentence = (text) => text.split("`").map((part, nth, all) => (nth % 2 && nth < all.length - 1 ? h("code", {}, part) : part));

/** The words alone: for labels, and for the message box when somebody edits what they said. */
export function typed(spans) {
  return (spans ?? []).map((span) => span.text ?? span.strong ?? span.case ?? span.line ?? span.link
    ?? (span.code !== undefined ? `\`${span.code}\`` : span.person ? `@${span.person.id}` : span.time ? new Date(span.time / 1000).toISOString() : "")).join("");
}
