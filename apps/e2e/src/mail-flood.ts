import { setTimeout as pause } from "node:timers/promises";
import { type EventService, startEventService } from "./event-service.ts";
import { endlessly, networkOf, postFrom } from "./from-network.ts";
import { anEmail } from "./visitor.ts";

/** How long the mail server takes for one mail. */
const MAIL_MS = 300;
const LANES = 16;
const PEOPLE_MAX_WAIT_MS = 60_000;

/** Adds verified users, and returns their addresses. */
async function verifiedUsers({ stores }: EventService, count: number, name: string) {
  const emails = Array.from({ length: count }, () => anEmail(name));
  await stores.query(
    `insert into postern.users (id, email, email_key, password_hash, email_verified_at)
     select gen_random_uuid(), email, email, 'none', now() from unnest($1::text[]) as email`,
    [emails],
  );
  return emails;
}

/**
 * One client requests resets as fast as it can, for known and unknown addresses, at a mail server
 * that takes 0.3 s for each mail. Meanwhile other people request theirs, each from another network.
 * Returns how long their mails took.
 */
export async function requestDuringMailFlood({
  people,
  known,
  everyMs,
  more = {},
}: {
  readonly people: number;
  /** Number of registered addresses that the flooding client knows. */
  readonly known: number;
  readonly everyMs: number;
  readonly more?: Readonly<Record<string, string>>;
}) {
  const arrivedAt = new Map<string, number>();
  const service = await startEventService({
    environment: { POLICY: "strict", BCRYPT_COST: "10", ...more },
    async judgeMail({ recipients }) {
      await pause(MAIL_MS);
      for (const recipient of recipients) arrivedAt.set(recipient, performance.now());
      return "accept" as const;
    },
  });
  await service.startWorker();
  const { origin } = service.api;
  const victims = await verifiedUsers(service, known, "flooded");
  const legitimate = await verifiedUsers(service, people, "legitimate");
  const target = { origin, path: "/reset_password" };
  let requests = 0;
  const stop = endlessly(LANES, async () => {
    const n = requests++;
    const email = n % 2 === 0 ? victims[(n / 2) % known] : `${n}@unknown.example.com`;
    await postFrom("127.0.0.2", target, { email: email ?? "" });
  });
  await pause(3 * everyMs); // the flood comes first
  const tookMs: number[] = [];
  for (const [index, email] of legitimate.entries()) {
    const requestedAt = performance.now();
    await postFrom(networkOf(1_000 + index), target, { email });
    while (!arrivedAt.has(email) && performance.now() - requestedAt < PEOPLE_MAX_WAIT_MS)
      await pause(10);
    tookMs.push((arrivedAt.get(email) ?? Infinity) - requestedAt);
    await pause(Math.max(0, everyMs - (performance.now() - requestedAt)));
  }
  await stop();
  const floodedMails = [...arrivedAt.keys()].filter((email) => victims.includes(email)).length;
  await service.close();
  return { tookMs: tookMs.map(Math.round), requests, floodedMails };
}
