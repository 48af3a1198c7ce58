import { type EventId, toEventJson, type UserEvent, type UserId } from "@postern/domain";
import { type EventSearch, searchEvents } from "@postern/postgres";
import { SUBSCRIBERS } from "@postern/worker";
import { type Command, Option } from "commander";
import { CommandFailure } from "../exit.ts";
import { findUser, UUID } from "../find-user.ts";
import type { Service } from "../open.ts";
import { parseDate, parseEventType, requireYes, type Run, numberUpTo } from "../program.ts";

const PAGE = 500;

type Filters = Pick<EventSearch, "since" | "type"> & { readonly user?: string };

export function eventsCommand(events: Command, run: Run): void {
  filters(events.command("list").description("list events, the newest first"))
    .option("--limit <count>", "maximum number", numberUpTo(10_000), 50)
    .action(
      run(async (service, print, { limit, ...given }: Filters & { limit: number }) => {
        const search = await toSearch(service, given);
        const found = await searchEvents(service.db, { ...search, limit });
        print.items(found.map(toEventJson));
      }),
    );

  events
    .command("show <id>")
    .description("show an event and its state for each subscriber")
    .action(
      run(async (service, print, id: string) => {
        const event = await findEvent(service, id);
        const status = await service.queueAdmin.status(event.id);
        print.item({ ...toEventJson(event), status });
      }),
    );

  filters(
    events
      .command("replay [id]")
      .description("let subscribers handle an event again, or all that match"),
  )
    .addOption(
      new Option("--subscriber <name>", "only this subscriber").choices(
        SUBSCRIBERS.map(({ name }) => name),
      ),
    )
    .option("--yes", "required for more than one event")
    .action(
      run(async (service, print, id: string | undefined, options: ReplayOptions) => {
        if (id !== undefined) {
          const subscribers = await service.queueAdmin.replay(
            await findEvent(service, id),
            options.subscriber,
          );
          print.item({ id, replayed_by: subscribers });
          return;
        }
        requireYes(options, "this replays every matching event");
        let count = 0;
        for await (const event of everyEvent(service, await toSearch(service, options))) {
          const replayed = await service.queueAdmin.replay(event, options.subscriber);
          if (replayed.length === 0) continue;
          count += 1;
          if (count % PAGE === 0) print.progress(`${count} replayed`);
        }
        print.item({ replayed: count });
      }),
    );
}

type ReplayOptions = Filters & { readonly subscriber?: string; readonly yes?: boolean };

const filters = (command: Command) =>
  command
    .option("--user <user>", "only of this user (an id or an address)")
    .option("--type <type>", "only of this type, such as user.created", parseEventType)
    .option("--since <date>", "only recorded since this date (ISO 8601)", parseDate);

async function toSearch(service: Service, { user, type, since }: Filters) {
  // An id is used as it is: the log outlives the user.
  const isId = user === undefined || UUID.test(user);
  const userId = isId ? (user as UserId | undefined) : (await findUser(service, user)).id;
  return { userId, type, since };
}

async function findEvent({ ports }: Service, id: string): Promise<UserEvent> {
  const event = UUID.test(id) ? await ports.events.find(id as EventId) : undefined;
  if (!event) throw new CommandFailure("notFound", "no such event");
  return event;
}

async function* everyEvent({ db }: Service, search: Omit<EventSearch, "limit">) {
  let before: EventId | undefined;
  for (;;) {
    const page = await searchEvents(db, { ...search, before, limit: PAGE });
    yield* page;
    before = page.at(-1)?.id;
    if (page.length < PAGE) return;
  }
}
