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
    this.away = null; // what is unread, while the messages themselves aren't here: { count, named }
    const seen = memory.get(this.key);
    this.seen = seen ? JSON.parse(seen) : null;
  }

  /** The entry after which something is news: of what was heard, or else of what was seen. Null: all of it is old. */
  get since() {
    if (this.loaded) return this.last;
    return this.seen?.order ?? (this.channel.startsWith("@") ? 0 : null);
  }

  /**
   * Takes what is new here without the messages before it. True where the channel has to be read by itself: more is new than
   * was told, or the room has begun anew.
   */
  hear({ messages, last, more }) {
    if (this.loaded) {
      if (last < this.last) {
        this.forget();
        return true;
      }
      if (more) return true;
      this.take({ messages, last });
      return false;
    }
    if (!this.seen && !this.channel.startsWith("@")) {
      // A first visit isn't a heap of things unread; what comes from now on is.
      this.mark({ id: null, order: last });
      return false;
    }
    const unread = messages.filter((message) => message.author.id !== this.as && !message.deleted && message.order > (this.seen?.order ?? 0));
    this.away = { count: more ? 100 : unread.length, named: this.channel.startsWith("@") || unread.some((message) => mentions(message, this.as)) };
    return false;
  }

  mark(seen) {
    this.seen = seen;
    memory.set(this.key, JSON.stringify(seen));
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
    if (!this.loaded && (!this.seen || (this.seen.id && !this.messages.has(this.seen.id)))) {
      this.seen = null;
      if (!this.channel.startsWith("@")) this.see();
    }
    this.loaded = true;
    this.away = null;
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

  /** How much is unread, and whether any of it speaks to the reader by name. */
  news() {
    if (!this.loaded) return this.away ?? { count: 0, named: false };
    const unread = this.unread();
    return { count: unread.length, named: unread.length > 0 && (this.channel.startsWith("@") || unread.some((message) => mentions(message, this.as))) };
  }

  unread() {
    return this.order.filter((message) => message.author.id !== this.as && !message.deleted
      && (!this.seen || later(message, this.seen) > 0));
  }

  /** Everything up to now has been on the reader's screen. */
  see() {
    const end = this.order.at(-1);
    if (!end || (this.seen && later(end, this.seen) <= 0)) return false;
    this.mark({ id: end.id, order: end.order });
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
