import { endSessions, type UserId } from "@postern/domain";
import type { Command } from "commander";
import { requireYes, type Run } from "../program.ts";

const BATCH_SIZE = 500;

/** For incidents. When the command ends, no earlier cookie is accepted. */
export function sessionsCommand(sessions: Command, run: Run): void {
  sessions
    .command("end-all")
    .description("end every session and token of every user")
    .option("--yes", "required: everybody has to log in again")
    .action(
      run(async ({ ports }, print, options: { yes?: boolean }) => {
        requireYes(options, "this logs everybody out");
        let after: UserId | undefined;
        let count = 0;
        for (;;) {
          const page = await ports.users.list({ ...(after && { after }), limit: BATCH_SIZE });
          const ended = await endSessions(
            ports,
            page.map(({ id }) => id),
          );
          count += ended.length;
          print.progress(`${count} users`);
          after = page.at(-1)?.id;
          if (page.length < BATCH_SIZE) break;
        }
        print.item({ users: count });
      }),
    );
  sessions
    .command("recertify")
    .description("end again what should have ended, after data of Redis was restored by hand")
    .action(
      run(async ({ recertify }, print) => {
        print.item({ partitions: (await recertify?.()) ?? 0 });
      }),
    );
}
