import type { EventId } from "@postern/domain";
import { describe, expect, it } from "vitest";
import { keptMailer } from "./mailer.ts";
import { type Message, passwordChangedMessage, resetMessage } from "./messages.ts";

const eventId = "0198c0de-0000-7000-8000-000000000001" as EventId;
const to = "bob@example.com";

describe("kept mails", () => {
  it("are kept once, however often they are delivered", async () => {
    const told: Message[] = [];
    const mailer = keptMailer((message) => told.push(message));
    const message = resetMessage({ eventId, to, token: "the-token" });
    await mailer.send(message);
    await mailer.send(resetMessage({ eventId, to, token: "the-token" }));
    expect(mailer.list()).toEqual([message]);
    expect(told).toEqual([message]);
  });

  it("are no more than a hundred", async () => {
    const mailer = keptMailer(() => undefined);
    for (let index = 0; index < 150; index += 1) {
      await mailer.send(passwordChangedMessage({ eventId: `${eventId}${index}` as EventId, to }));
    }
    expect(mailer.list()).toHaveLength(100);
    expect(mailer.list()[0]?.messageId).toBe(`${eventId}50@postern`);
  });
});
