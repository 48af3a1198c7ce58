import { type EventId, toEventJson, type UserEvent, type UserId } from "@postern/domain";
import { type EventSearch, searchEvents } from "@postern/postgres";
import type { Command } from "commander";
import { CommandFailure } from "../exit.ts";
import { UUID } from "../find-user.ts";
import type { Service } from "../open.ts";
import { aDate, mustBeMeant, type Run, upTo } from "../program.ts";

const PAGE = 500;

type Filters = Pick<EventSearch, "since" | "type"> & { readonly user?: string };

export function eventsCommand(events: Command, run: Run): void {
  filters(events.command("list").description("lists events, the newest first"))
    .option("--limit <count>", "how many", upTo(10_000), 50)
    .action(
      run(async ({ db }, print, { limit, ...given }: Filters & { limit: number }) => {
        const found = await searchEvents(db, { ...toSearch(given), limit });
        print.items(found.map(toEventJson));
      }),
    );

  events
    .command("show <id>")
    .description("shows an event, and where it has got to")
    .action(
      run(async (service, print, id: string) => {
        const event = await findEvent(service, id);
        const whereabouts = await service.desk.whereabouts(event.id);
        print.item({ ...toEventJson(event), whereabouts });
      }),
    );

  filters(
    events.command("replay [id]").description("has an event, or all that match, handled again"),
  )
    .option("--subscriber <name>", "by one subscriber only: sessions, mail or webhooks")
    .option("--yes", "needed for more than one event")
    .action(
      run(async (service, print, id: string | undefined, options: ReplayOptions) => {
        if (id !== undefined) {
          const subscribers = await service.desk.replay(
            await findEvent(service, id),
            options.subscriber,
          );
          print.item({ id, replayed_by: subscribers });
          return;
        }
        mustBeMeant(options, "this replays every event that matches");
        let count = 0;
        for await (const event of everyEvent(service, toSearch(options))) {
          if ((await service.desk.replay(event, options.subscriber)).length > 0) count += 1;
          if (count % PAGE === 0) print.progress(`${count} replayed`);
        }
        print.item({ replayed: count });
      }),
    );
}

type ReplayOptions = Filters & { readonly subscriber?: string; readonly yes?: boolean };

const filters = (command: Command) =>
  command
    .option("--user <id>", "of one user")
    .option("--type <type>", "of one type, such as user.created")
    .option("--since <date>", "recorded since this date (ISO 8601)", aDate);

const toSearch = ({ user, type, since }: Filters): Omit<EventSearch, "limit"> => ({
  userId: user as UserId | undefined,
  type,
  since,
});

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
