import type { DeadLetter } from "@postern/worker";
import type { Command } from "commander";
import { CommandFailure } from "../exit.ts";
import { UUID } from "../find-user.ts";
import type { Service } from "../open.ts";
import { requireYes, type Run, numberUpTo } from "../program.ts";

const MAX_DEAD_LETTERS = 100_000;
const BATCH_SIZE = 100;

interface SelectionOptions {
  readonly all?: boolean;
  readonly queue?: string;
  readonly yes?: boolean;
}

/** Commands for dead letters, which stay until an operator retries or discards them. */
export function deadLettersCommand(group: Command, run: Run): void {
  group
    .command("list")
    .description("list events that could not be handled, by queue")
    .option("--limit <count>", "maximum number", numberUpTo(MAX_DEAD_LETTERS), 100)
    .action(
      run(async ({ queueAdmin }, print, { limit }: { limit: number }) => {
        print.items((await queueAdmin.deadLetters({ limit })).map(summary));
      }),
    );

  group
    .command("show <id>")
    .description("show a dead letter and why it could not be handled")
    .action(
      run(async (service, print, id: string) => {
        const [deadLetter] = await selectDeadLetters(service, [id], {});
        print.item({ ...deadLetter });
      }),
    );

  withSelectionOptions(
    group.command("retry [ids...]").description("queue dead letters again"),
  ).action(
    run(async (service, print, ids: string[], chosen: SelectionOptions) => {
      const all = await selectDeadLetters(service, ids, chosen);
      let moved = 0;
      for (let at = 0; at < all.length; at += BATCH_SIZE) {
        moved += await service.queueAdmin.retry(all.slice(at, at + BATCH_SIZE));
        print.progress(`${moved} of ${all.length}`);
      }
      print.item({ queued_again: moved });
    }),
  );

  withSelectionOptions(
    group.command("discard [ids...]").description("delete dead letters for good"),
  )
    .option("--yes", "required: cannot be undone")
    .action(
      run(async (service, print, ids: string[], chosen: SelectionOptions) => {
        requireYes(chosen, "this deletes events that were never handled");
        const all = await selectDeadLetters(service, ids, chosen);
        await service.queueAdmin.discard(all);
        print.item({ discarded: all.length });
      }),
    );
}

const withSelectionOptions = (command: Command) =>
  command
    .option("--all", "all dead letters")
    .option(
      "--queue <name>",
      "all dead letters of one queue: sessions, mail, webhooks, webhooks.<endpoint>",
    );

async function selectDeadLetters(
  { queueAdmin }: Service,
  ids: string[],
  { all, queue }: SelectionOptions,
) {
  if (ids.length === 0 && !all && queue === undefined) {
    throw new CommandFailure("misuse", "pass ids, --queue or --all");
  }
  if (queue !== undefined && !(await queueAdmin.queues()).includes(queue)) {
    throw new CommandFailure("misuse", "no such queue; `events show` names the queues of an event");
  }
  if (ids.length === 0) return await queueAdmin.deadLetters({ limit: MAX_DEAD_LETTERS, queue });
  const areIds = ids.every((id) => UUID.test(id));
  const found = areIds ? await queueAdmin.deadLetters({ limit: MAX_DEAD_LETTERS, ids }) : [];
  if (found.length < new Set(ids).size) throw new CommandFailure("notFound", "no such dead letter");
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
