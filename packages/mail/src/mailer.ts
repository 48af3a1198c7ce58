import type { Message } from "./messages.ts";

/** Hands messages on. Sending one again with the same id is no second message. */
export interface Mailer {
  /** Resolves when somebody else has taken it over for good; throws when nobody has. */
  send(message: Message): Promise<void>;
}

export interface RecordedMessage extends Message {
  readonly recordedAt: Date;
}

/** The oldest messages beyond this many are forgotten. */
const MOST_KEPT = 100;

/** A mailer that sends nothing: it keeps the newest messages, and tells of each one once. */
export function recordingMailer(
  onMessage: (message: Message) => void,
): Mailer & { list(): readonly RecordedMessage[] } {
  const kept = new Map<string, RecordedMessage>();
  return {
    async send(message) {
      if (kept.has(message.id)) return;
      kept.set(message.id, { ...message, recordedAt: new Date() });
      const [oldest] = kept.keys();
      if (oldest && kept.size > MOST_KEPT) kept.delete(oldest);
      onMessage(message);
    },
    list: () => [...kept.values()],
  };
}
