import type { Message } from "./messages.ts";

/** Hands messages on. Sending one again with the same Message-ID is no second message. */
export interface Mailer {
  send(message: Message): Promise<void>;
}

/** The oldest messages beyond this many are forgotten. */
const MOST_KEPT = 100;

/** A mailer that sends nothing: it keeps the newest messages, and tells of each one once. */
export function keptMailer(
  onMessage: (message: Message) => void,
): Mailer & { list(): readonly Message[] } {
  const kept = new Map<string, Message>();
  return {
    async send(message) {
      if (kept.has(message.messageId)) return;
      kept.set(message.messageId, message);
      const [oldest] = kept.keys();
      if (oldest && kept.size > MOST_KEPT) kept.delete(oldest);
      onMessage(message);
    },
    list: () => [...kept.values()],
  };
}
