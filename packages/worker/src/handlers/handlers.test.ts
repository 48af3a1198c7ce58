import {
  deleteUser,
  logIn,
  type Ports,
  registerUser,
  coursePolicy,
  strictPolicy,
  type UserEvent,
  type EmailKey,
  type EventId,
  type UserId,
  type Language,
  parseLanguage,
} from "@postern/domain";
import { memoryClock, memoryPorts } from "@postern/domain/memory";
import { recordingMailer, linksTo, templatesIn } from "@postern/mail";
import { describe, expect, it } from "vitest";
import { type Delivery, handlerFor, type HandlerPorts } from "../subscriber.ts";
import { mailSubscriber } from "./mail.ts";

/** Returns the addresses that are notified when Bob is deleted. */
async function farewell(isVerified: boolean) {
  const { ports, ids, userId } = await opened();
  if (isVerified)
    await ports.users.verifyEmail({ userId, expectedEpoch: 0, keepsPassword: true }, []);
  const told: (string | undefined)[] = [];
  const remove = ports.users.delete;
  const users: typeof ports.users = {
    ...ports.users,
    delete: (id, events, actingSession) => {
      told.push(...events.map(({ payload }) => payload?.email));
      return remove(id, events, actingSession);
    },
  };
  await deleteUser({ ...ports, ids, users }, userId);
  return told;
}

const BARE: Delivery = { payload: {}, keyId: undefined };
const mail = async (ports: HandlerPorts, event: UserEvent) =>
  handlerFor(mailSubscriber, event)?.(ports, event, BARE);
const EMAIL = "bob@example.com";
/** Users log in before they verify their address. */
const UNVERIFIED = {
  ...strictPolicy,
  verification: { ...strictPolicy.verification, isRequired: false },
  limits: coursePolicy.limits,
};

async function opened(language?: Language) {
  const clock = memoryClock();
  const ports: Ports = memoryPorts({ clock, policy: UNVERIFIED });
  await registerUser(ports, { email: EMAIL, password: "MyPwdOfBob", caller: { language } });
  const result = await logIn(ports, { email: EMAIL, password: "MyPwdOfBob" });
  if (!result.ok) throw new Error(result.error);
  const { userId } = result.value.session;
  const mailer = recordingMailer(() => undefined);
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
    templatesIn,
    links: linksTo(undefined),
    webhooks: { enqueue: async ({ id }) => void queued.push(id) },
    records: { erase: async () => undefined },
  };
  return { clock, ports: handlerPorts, ids: ports.ids, queued, userId, mailer, requested };
}

describe("the mail handler", () => {
  it("sends a second link that leaves the first valid, so no stranger can cancel it", async () => {
    const { ports, mailer, requested } = await opened();
    const [first, second] = [requested({}), requested({})];
    for (const event of [first, second]) await mail(ports, event);
    expect(mailer.list()).toHaveLength(2);
    for (const { id } of [first, second]) {
      const { tokenHash } = ports.tokenFactory.deriveEmailToken("password_reset", id, undefined);
      expect(await ports.tokens.find("password_reset", tokenHash)).toMatchObject({ epoch: 0 });
    }
  });

  it.each([
    ["another epoch", { epoch: 1 }],
    ["a token that was in the answer", { tokenBy: "answer" }],
    ["a request that is too old", { expiresAt: "2026-01-01T00:00:00.000Z" }],
  ] as const)("writes nothing for %s", async (_, data) => {
    const { ports, mailer, requested } = await opened();
    await mail(ports, requested(data));
    expect(mailer.list()).toEqual([]);
  });

  it("writes in the user's language, to an address that the user had too", async () => {
    const { ports, mailer, requested, ids, userId } = await opened(parseLanguage("fr-CH"));
    await mail({ ...ports, brand: { name: "Lampes" } }, requested({}));
    const user = await ports.users.findById(userId);
    const payload = { email: "old@example.com", language: user?.language };
    const common = { version: 1, userId, occurredAt: new Date(), data: {} } as const;
    const changed = { ...common, id: ids.eventId(), type: "user.email_changed" } as const;
    const deleted = { ...common, id: ids.eventId(), type: "user.deleted" } as const;
    for (const event of [changed, deleted])
      await handlerFor(mailSubscriber, event)?.(ports, event, { payload, keyId: undefined });
    expect(mailer.list().map(({ subject }) => subject)).toEqual([
      "Réinitialiser votre mot de passe",
      "Votre adresse e-mail a été changée",
      "Votre compte a été supprimé",
    ]);
    expect(mailer.list()[0]?.text).toMatch(/Lampes\n$/);
  });

  it("notifies a deleted user at a verified address only", async () => {
    expect(await farewell(true)).toEqual([EMAIL]);
    expect(await farewell(false)).toEqual([undefined]);
  });

  const ofLink = (userId: UserId | undefined, id: EventId, epoch: number): UserEvent => ({
    id,
    type: "user.email_verification_requested",
    version: 1,
    userId,
    occurredAt: new Date("2026-01-01T00:00:00.000Z"),
    data: { epoch, expiresAt: "2026-01-02T00:00:00.000Z" },
  });

  it("mails a link only to unverified users of the same epoch", async () => {
    const { ports, mailer, userId, ids } = await opened();
    await ports.users.endSessions([userId], []);
    await mail(ports, ofLink(userId, ids.eventId(), 0));
    expect(mailer.list()).toEqual([]);
    await mail(ports, ofLink(userId, ids.eventId(), 1));
    expect(mailer.list().map(({ subject }) => subject)).toEqual(["Confirm your e-mail address"]);
    await ports.users.verifyEmail({ userId, expectedEpoch: 1, keepsPassword: true }, []);
    await mail(ports, ofLink(userId, ids.eventId(), 1));
    expect(mailer.list()).toHaveLength(1);
  });

  it("answers a repeated registration with one mail: the link, or that there is an account", async () => {
    for (const isVerified of [false, true]) {
      const { ports, mailer, userId, ids } = await opened();
      if (isVerified)
        await ports.users.verifyEmail({ userId, expectedEpoch: 0, keepsPassword: true }, []);
      const payload = { emailKey: EMAIL as EmailKey, isLinkSent: true };
      const common = { version: 1, userId: undefined, occurredAt: new Date(), data: {} } as const;
      const attempted = {
        ...common,
        id: ids.eventId(),
        type: "user.registration_attempted",
      } as const;
      const handle = async (event: UserEvent) =>
        handlerFor(mailSubscriber, event)?.(ports, event, { payload, keyId: undefined });
      await handle(attempted);
      await handle(ofLink(undefined, ids.eventId(), 0));
      const expected = isVerified ? "You have an account already" : "Confirm your e-mail address";
      expect(mailer.list().map(({ subject }) => subject)).toEqual([expected]);
    }
  });

  it("mails nothing for a disabled user, or without a user", async () => {
    const { ports, mailer, requested, userId } = await opened();
    await mail(ports, { ...requested({}), userId: undefined } as UserEvent);
    await ports.users.disable(userId, []);
    await mail(ports, requested({ epoch: 1 }));
    expect(mailer.list()).toEqual([]);
  });
});
