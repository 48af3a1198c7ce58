import type { DeadLetter } from "@postern/worker";
import type { Command } from "commander";
import { CommandFailure } from "../exit.ts";
import { UUID } from "../find-user.ts";
import type { Service } from "../open.ts";
import { mustBeMeant, type Run, upTo } from "../program.ts";

const MOST = 100_000;
const AT_ONCE = 100;

interface Chosen {
  readonly all?: boolean;
  readonly queue?: string;
  readonly yes?: boolean;
}

/** Events that could not be handled. They stay until an operator decides. */
export function deadLettersCommand(letters: Command, run: Run): void {
  letters
    .command("list")
    .description("lists what could not be handled, by queue")
    .option("--limit <count>", "how many", upTo(MOST), 100)
    .action(
      run(async ({ queueAdmin }, print, { limit }: { limit: number }) => {
        print.items((await queueAdmin.deadLetters({ limit })).map(summary));
      }),
    );

  letters
    .command("show <id>")
    .description("shows a dead letter and why it could not be handled")
    .action(
      run(async (service, print, id: string) => {
        const [letter] = await choose(service, [id], {});
        print.item({ ...letter });
      }),
    );

  choosing(letters.command("retry [ids...]").description("queues dead letters again")).action(
    run(async (service, print, ids: string[], chosen: Chosen) => {
      const all = await choose(service, ids, chosen);
      let moved = 0;
      for (let at = 0; at < all.length; at += AT_ONCE) {
        moved += await service.queueAdmin.retry(all.slice(at, at + AT_ONCE));
        print.progress(`${moved} of ${all.length}`);
      }
      print.item({ queued_again: moved });
    }),
  );

  choosing(letters.command("discard [ids...]").description("drops dead letters for good"))
    .option("--yes", "needed, as they do not come back")
    .action(
      run(async (service, print, ids: string[], chosen: Chosen) => {
        mustBeMeant(chosen, "this drops events that were never handled");
        const all = await choose(service, ids, chosen);
        await service.queueAdmin.discard(all);
        print.item({ discarded: all.length });
      }),
    );
}

const choosing = (command: Command) =>
  command
    .option("--all", "all there are")
    .option("--queue <name>", "all of one queue: sessions, mail, webhooks, webhooks.<endpoint>");

async function choose({ queueAdmin }: Service, ids: string[], { all, queue }: Chosen) {
  if (ids.length === 0 && !all && queue === undefined) {
    throw new CommandFailure("misuse", "say which: ids, --queue or --all");
  }
  if (queue !== undefined && !(await queueAdmin.queues()).includes(queue)) {
    throw new CommandFailure("misuse", "there is no such queue");
  }
  if (ids.length === 0) return await queueAdmin.deadLetters({ limit: MOST, queue });
  const areIds = ids.every((id) => UUID.test(id));
  const found = areIds ? await queueAdmin.deadLetters({ limit: MOST, ids }) : [];
  if (found.length < new Set(ids).size)
    throw new CommandFailure("notFound", "there is no such dead letter");
  return found;
}

const summary = ({ id, queue, type, tries, since, reason }: DeadLetter) => ({
  id,
  queue,
  type,
  tries,
  since,
  reason: reason.slice(0, 60),
});
