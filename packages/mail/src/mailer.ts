import type { Message } from "./messages.ts";

/** Sends messages. Sending a message again with the same id does not count as a second message. */
export interface Mailer {
  /** Resolves when a server has accepted the message for good. Throws if none has. */
  send(message: Message): Promise<void>;
}

export interface RecordedMessage extends Message {
  readonly recordedAt: Date;
}

/** Older messages are dropped. */
const MOST_KEPT = 100;

/** A mailer that sends nothing. It records the newest messages, and reports each one once. */
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
