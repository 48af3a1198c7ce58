import { describe, expect, it } from "vitest";
import { en } from "./templates/en.ts";
import { recordingMailer } from "./mailer.ts";
import { type Message, toMessage } from "./messages.ts";

const id = "0198c0de-0000-7000-8000-000000000001";
const to = "bob@example.com";
const notice = (of = id) => toMessage(of, to, en.passwordChanged({ to }));

describe("kept mails", () => {
  it("are kept once, however often they are delivered", async () => {
    const told: Message[] = [];
    const mailer = recordingMailer((message) => told.push(message));
    await mailer.send(notice());
    await mailer.send(notice());
    expect(mailer.list()).toEqual([{ ...notice(), recordedAt: expect.any(Date) }]);
    expect(told).toEqual([notice()]);
  });

  it("are no more than a hundred", async () => {
    const mailer = recordingMailer(() => undefined);
    for (let index = 0; index < 150; index += 1) await mailer.send(notice(`${id}${index}`));
    expect(mailer.list()).toHaveLength(100);
    expect(mailer.list()[0]?.id).toBe(`${id}50`);
  });
});
