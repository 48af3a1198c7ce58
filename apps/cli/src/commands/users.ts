import {
  deleteUser,
  disableUser,
  enableUser,
  endSessions,
  registerUser,
  requestReset,
  toEventJson,
  type User,
} from "@postern/domain";
import { searchEvents } from "@postern/postgres";
import type { Command } from "commander";
import { CommandFailure } from "../exit.ts";
import { findUser, shown } from "../find-user.ts";
import type { Service } from "../open.ts";
import { mustBeMeant, type Run } from "../program.ts";

const EVENTS_SHOWN = 20;

export function usersCommand(users: Command, run: Run): void {
  users
    .command("create <email>")
    .description("creates a user without a password, and sends a reset mail to choose one")
    .option("--no-mail", "sends no mail")
    .action(
      run(async (service, print, email: string, { mail }: { mail: boolean }) => {
        const { ports } = service;
        // A password that nobody knows or ever will: only a reset opens this account.
        const { token: password } = ports.secrets.resetToken();
        const { verification: usual } = ports.policy;
        // The reset mail verifies the address; until then it waits, however long.
        const verification = { ...usual, onRegistration: false, unverifiedTtlMs: undefined };
        const policy = { ...ports.policy, disclosure: "open", verification } as const;
        const result = await registerUser({ ...ports, policy }, { email, password });
        if (!result.ok) throw new CommandFailure("misuse", result.error);
        if (mail) await requestReset(ports, { email });
        print.item(shown(await findUser(service, email)));
      }),
    );

  onUser("find <user>", "finds a user by address or id", async (_, user) => shown(user));

  onUser(
    "show <user>",
    "shows a user, with sessions and the newest events",
    async (service, user) => {
      const sessions = await service.ports.sessions.list(user.id);
      const events = await searchEvents(service.db, { userId: user.id, limit: EVENTS_SHOWN });
      return {
        ...shown(user),
        sessions: sessions.map(({ id, createdAt, lastSeenAt }) => ({ id, createdAt, lastSeenAt })),
        events: events.map((event) => {
          const { type, timestamp, data } = toEventJson(event);
          return { type, timestamp, data };
        }),
      };
    },
  );

  onUser("disable <user>", "shuts a user out; every session ends", async ({ ports }, user) => {
    await disableUser(ports, user.id);
    return { id: user.id, disabled: true };
  });
  onUser("enable <user>", "lets a user in again", async ({ ports }, user) => {
    await enableUser(ports, user.id);
    return { id: user.id, disabled: false };
  });
  onUser("log-out <user>", "ends every session and token of a user", async ({ ports }, user) => {
    await endSessions(ports, [user.id]);
    return { id: user.id, logged_out: true };
  });
  onUser("send-reset <user>", "mails a user a reset token", async ({ ports }, user) => {
    await requestReset(ports, { email: user.email });
    return { id: user.id, reset_requested: true };
  });

  users
    .command("delete <user>")
    .description("deletes a user for good")
    .option("--yes", "needed, as it cannot be undone")
    .action(
      run(async (service, print, text: string, options: { yes?: boolean }) => {
        const user = await findUser(service, text);
        mustBeMeant(options, `this deletes ${user.email} for good`);
        await deleteUser(service.ports, user.id);
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
