import {
  createUser,
  deleteUser,
  disableUser,
  enableUser,
  endSessions,
  hashNewPassword,
  type Language,
  type RegisterError,
  requestReset,
  toEventJson,
  type User,
  unlockUser,
  verifyUser,
} from "@postern/domain";
import { listUsers, searchEvents } from "@postern/postgres";
import type { Command } from "commander";
import { CommandFailure } from "../exit.ts";
import { findUser, mustExist, shown } from "../find-user.ts";
import type { Service } from "../open.ts";
import { numberUpTo, parseLanguageTag, requireYes, type Run } from "../program.ts";

const EVENTS_SHOWN = 20;

/** Returns why a user could not be created. */
function reasonFor(error: RegisterError, email: string): string {
  if (error === "email_invalid") return `not an e-mail address: ${email}`;
  if (error === "email_already_registered")
    return `a user with the address ${email} already exists`;
  throw new Error(`a generated password was refused: ${error}`);
}

interface Creation {
  readonly mail: boolean;
  readonly language?: Language;
}

export function usersCommand(users: Command, run: Run): void {
  users
    .command("create <email>")
    .description("create a user with an unknown random password, and mail a reset link")
    .option("--no-mail", "send no mail")
    .option("--language <tag>", "of mails and pages: de, pt-BR, ...", parseLanguageTag)
    .action(
      run(async (service, print, email: string, { mail, language }: Creation) => {
        const { ports } = service;
        // A random password that is discarded, so only a reset opens this account.
        const { token: password } = ports.tokenFactory.createResetToken();
        const hash = await hashNewPassword(ports, { email, password });
        if (!hash.ok) throw new CommandFailure("misuse", reasonFor(hash.error, email));
        // The reset mail verifies the address. Until then the user is kept, without a time limit.
        const result = await createUser(ports, { email, passwordHash: hash.value, language });
        if (!result.ok) throw new CommandFailure("misuse", reasonFor(result.error, email));
        if (mail) await requestReset(ports, { email });
        print.item(shown(await findUser(service, email)));
      }),
    );

  users
    .command("list")
    .description("list users, the newest first")
    .option("--search <text>", "only addresses that contain this text")
    .option("--limit <count>", "maximum number", numberUpTo(10_000), 50)
    .action(
      run(async ({ db }, print, { search, limit }: { search?: string; limit: number }) =>
        print.items(await listUsers(db, { search, limit })),
      ),
    );

  onUser("find <user>", "find a user", async (_, user) => shown(user));

  onUser(
    "show <user>",
    "show a user with sessions and the newest events",
    async (service, user) => {
      const sessions = await service.ports.sessions.list(user.id);
      const events = await searchEvents(service.db, { userId: user.id, limit: EVENTS_SHOWN });
      return {
        ...shown(user),
        wrong_passwords: Math.max(0, ...(await service.ports.failures.list(user.id))),
        sessions: sessions.map(({ id, createdAt, lastSeenAt }) => ({ id, createdAt, lastSeenAt })),
        events: events.map((event) => {
          const { type, timestamp, data } = toEventJson(event);
          return { type, timestamp, data };
        }),
      };
    },
  );

  onUser("disable <user>", "disable a user; every session ends", async ({ ports }, user) => {
    mustExist(await disableUser(ports, user.id));
    return { id: user.id, disabled: true };
  });
  onUser("enable <user>", "enable a user", async ({ ports }, user) => {
    mustExist(await enableUser(ports, user.id));
    return { id: user.id, disabled: false };
  });
  onUser("verify <user>", "mark a user's address as verified", async ({ ports }, user) => {
    mustExist(await verifyUser(ports, user.id));
    return { id: user.id, verified: true };
  });
  onUser(
    "unlock <user>",
    "forget the wrong passwords that were counted for a user",
    async ({ ports }, user) => {
      mustExist(await unlockUser(ports, user.id));
      return { id: user.id, unlocked: true };
    },
  );
  onUser("log-out <user>", "end every session and token of a user", async ({ ports }, user) => {
    await endSessions(ports, [user.id]);
    return { id: user.id, logged_out: true };
  });
  onUser("send-reset <user>", "mail a reset token to a user", async ({ ports }, user) => {
    await requestReset(ports, { email: user.email });
    return { id: user.id, reset_requested: true };
  });

  users
    .command("delete <user>")
    .description("delete a user for good")
    .option("--yes", "required: cannot be undone")
    .action(
      run(async (service, print, text: string, options: { yes?: boolean }) => {
        const user = await findUser(service, text);
        requireYes(options, `this deletes ${user.email} for good`);
        mustExist(await deleteUser(service.ports, user.id));
        print.item({ id: user.id, deleted: true });
      }),
    );

  function onUser(
    command: string,
    description: string,
    act: (service: Service, user: User) => Promise<Record<string, unknown>>,
  ): void {
    users
      .command(command)
      .description(`${description} (an id or an address)`)
      .action(
        run(async (service, print, text: string) =>
          print.item(await act(service, await findUser(service, text))),
        ),
      );
  }
}
