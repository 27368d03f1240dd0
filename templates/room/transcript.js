// What has been said in one channel, as far as this reader may hear it: kept up to date by change numbers.
// It draws nothing and asks for nothing.

import { memory } from "./element.js";

// By their place in the ledger: on a clock that stands still, many share a moment.
const later = (a, b) => a.order - b.order;

export class Transcript {
  constructor(as, channel) {
    this.as = as;
    this.channel = channel;
    this.messages = new Map();
    this.last = 0;
    this.loaded = false;
    this.earlier = null; // where the next earlier page begins; null when all of it is here
    this.order = [];
    const seen = memory.get(this.key);
    this.seen = seen ? JSON.parse(seen) : null;
  }

  get key() { return `room.seen.${this.as}.${this.channel}`; }

  /** Takes an answer of `messages`; returns those that weren't known before. */
  take({ messages, last, earlier }) {
    if (earlier !== undefined) this.earlier = earlier;
    const fresh = messages.filter((message) => !this.messages.has(message.id));
    for (const message of messages) {
      const known = this.messages.get(message.id);
      if (!known || message.change >= known.change) this.messages.set(message.id, message);
    }
    this.last = Math.max(this.last, last ?? 0);
    if (messages.length) this.order = [...this.messages.values()].sort(later);
    // A first visit to a channel isn't a heap of things unread; direct messages are meant for one person, so they are.
    // A mark that names no message is of another data folder, and tells nothing.
    if (!this.loaded && (!this.seen || !this.messages.has(this.seen.id))) {
      this.seen = null;
      if (!this.channel.startsWith("@")) this.see();
    }
    this.loaded = true;
    return fresh;
  }

  /** Forgets what was heard: the room has begun anew, on another data folder. */
  forget() {
    this.messages.clear();
    this.order = [];
    this.last = 0;
    this.loaded = false;
    this.earlier = null;
  }

  /** Messages that begin the flow of the channel, oldest first. */
  roots() { return this.order.filter((message) => !message.thread || !this.messages.has(message.thread)); }

  replies(root) { return this.order.filter((message) => message.thread === root); }

  /** Replies per root in one walk, for the counts under the messages. */
  threads() {
    const threads = new Map();
    for (const message of this.order) {
      if (!message.thread) continue;
      const thread = threads.get(message.thread) ?? { count: 0, last_us: 0, authors: [] };
      thread.count += 1;
      thread.last_us = message.at_us;
      if (!thread.authors.some((author) => author.id === message.author.id)) thread.authors.push(message.author);
      threads.set(message.thread, thread);
    }
    return threads;
  }

  unread() {
    return this.order.filter((message) => message.author.id !== this.as && !message.deleted
      && (!this.seen || later(message, this.seen) > 0));
  }

  /** Everything up to now has been on the reader's screen. */
  see() {
    const end = this.order.at(-1);
    if (!end || (this.seen && later(end, this.seen) <= 0)) return false;
    this.seen = { id: end.id, order: end.order };
    memory.set(this.key, JSON.stringify(this.seen));
    return true;
  }

  /** The last thing that this person said here, for editing. */
  lastBy(author, thread) {
    return this.order.findLast((message) => message.author.id === author && !message.deleted && (message.thread ?? null) === (thread ?? null));
  }
}

/** Whether these spans speak to this person by name. */
export const mentions = (message, id) => [message.text, ...(message.card?.lines ?? []), message.card?.title ?? []]
  .flat().some((span) => span?.person?.id === id);
