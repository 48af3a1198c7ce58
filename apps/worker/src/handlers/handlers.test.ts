import { logIn, type Ports, registerUser, strictPolicy, type UserEvent } from "@postern/domain";
import { memoryClock, memoryPorts } from "@postern/domain/memory";
import { english, keptMailer, linksTo } from "@postern/mail";
import { describe, expect, it } from "vitest";
import { SUBSCRIBERS } from "../subscribers.ts";
import { type Delivery, handlerFor, type HandlerPorts } from "../subscriber.ts";
import { mailSubscriber } from "./mail.ts";

const BARE: Delivery = { payload: {}, keyId: undefined };
const mail = async (ports: HandlerPorts, event: UserEvent) =>
  handlerFor(mailSubscriber, event)?.(ports, event, BARE);
const EMAIL = "bob@example.com";

async function opened() {
  const clock = memoryClock();
  const ports: Ports = memoryPorts({ clock, policy: strictPolicy });
  await registerUser(ports, { email: EMAIL, password: "MyPwdOfBob" });
  const result = await logIn(ports, { email: EMAIL, password: "MyPwdOfBob" });
  if (!result.ok) throw new Error(result.error);
  const { userId } = result.value.session;
  const mailer = keptMailer(() => undefined);
  const requested = (
    data: Partial<Extract<UserEvent, { type: "user.password_reset_requested" }>["data"]>,
  ): UserEvent => ({
    id: ports.ids.eventId(),
    type: "user.password_reset_requested",
    version: 1,
    userId,
    occurredAt: clock.now(),
    data: { epoch: 0, expiresAt: "2026-01-01T00:15:00.000Z", tokenBy: "mail", ...data },
  });
  const queued: string[] = [];
  const handlerPorts: HandlerPorts = {
    ...ports,
    mailer,
    letters: english,
    links: linksTo(undefined),
    webhooks: { enqueue: async ({ id }) => void queued.push(id) },
    records: { forget: async () => undefined },
  };
  return { clock, ports: handlerPorts, ids: ports.ids, queued, userId, mailer, requested };
}

describe("every handler", () => {
  it("ends in the same state however often and in whatever order it hears of events", async () => {
    const { ports, ids, userId, mailer, requested } = await opened();
    const reset = requested({});
    const disable = {
      id: ids.eventId(),
      version: 1,
      userId,
      occurredAt: new Date(),
      data: {},
    } as const;
    const events: UserEvent[] = [{ ...disable, type: "user.disabled" }, reset, reset];
    for (const event of [...events, ...events.toReversed()]) {
      for (const subscriber of SUBSCRIBERS)
        await handlerFor(subscriber, event)?.(ports, event, BARE);
    }
    expect(mailer.list()).toHaveLength(1);
    expect(await ports.sessions.list(userId)).toHaveLength(1); // Postgres says enabled; the event does not count
  });
});

describe("the mail handler", () => {
  it.each([
    ["another epoch", { epoch: 1 }],
    ["a token that was in the answer", { tokenBy: "answer" }],
    ["a request that is too old", { expiresAt: "2026-01-01T00:00:00.000Z" }],
  ] as const)("writes nothing for %s", async (_, data) => {
    const { ports, mailer, requested } = await opened();
    await mail(ports, requested(data));
    expect(mailer.list()).toEqual([]);
  });

  it("writes nothing to a user who is disabled, or nobody", async () => {
    const { ports, mailer, requested, userId } = await opened();
    await mail(ports, { ...requested({}), userId: undefined } as UserEvent);
    await ports.users.disable(userId, []);
    await mail(ports, requested({ epoch: 1 }));
    expect(mailer.list()).toEqual([]);
  });
});
