import { type EventId, toEventJson, type UserEvent, type UserId } from "@postern/domain";
import { type EventSearch, searchEvents } from "@postern/postgres";
import { SUBSCRIBERS } from "@postern/worker";
import { type Command, Option } from "commander";
import { CommandFailure } from "../exit.ts";
import { findUser, UUID } from "../find-user.ts";
import type { Service } from "../open.ts";
import { aDate, anEventType, mustBeMeant, type Run, upTo } from "../program.ts";

const PAGE = 500;

type Filters = Pick<EventSearch, "since" | "type"> & { readonly user?: string };

export function eventsCommand(events: Command, run: Run): void {
  filters(events.command("list").description("lists events, the newest first"))
    .option("--limit <count>", "how many", upTo(10_000), 50)
    .action(
      run(async (service, print, { limit, ...given }: Filters & { limit: number }) => {
        const search = await toSearch(service, given);
        const found = await searchEvents(service.db, { ...search, limit });
        print.items(found.map(toEventJson));
      }),
    );

  events
    .command("show <id>")
    .description("shows an event, and where it has got to")
    .action(
      run(async (service, print, id: string) => {
        const event = await findEvent(service, id);
        const status = await service.queueAdmin.status(event.id);
        print.item({ ...toEventJson(event), status });
      }),
    );

  filters(
    events.command("replay [id]").description("has an event, or all that match, handled again"),
  )
    .addOption(
      new Option("--subscriber <name>", "by one subscriber only").choices(
        SUBSCRIBERS.map(({ name }) => name),
      ),
    )
    .option("--yes", "needed for more than one event")
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
        mustBeMeant(options, "this replays every event that matches");
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
    .option("--user <user>", "of one user, by id or address")
    .option("--type <type>", "of one type, such as user.created", anEventType)
    .option("--since <date>", "recorded since this date (ISO 8601)", aDate);

async function toSearch(service: Service, { user, type, since }: Filters) {
  // An id is used as it is: the log outlives the user.
  const isId = user === undefined || UUID.test(user);
  const userId = isId ? (user as UserId | undefined) : (await findUser(service, user)).id;
  return { userId, type, since };
}

async function findEvent({ ports }: Service, id: string): Promise<UserEvent> {
  const event = UUID.test(id) ? await ports.events.find(id as EventId) : undefined;
  if (!event) throw new CommandFailure("notFound", "there is no such event");
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
