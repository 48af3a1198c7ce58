import { expect, it } from "vitest";
import { startApi } from "./api-process.ts";
import { OPEN } from "./event-service.ts";
import { fullStores } from "./stores.ts";
import { visitor } from "./visitor.ts";

it.each([1, 3])("an API opens no more than %d connections", async (size) => {
  const stores = await fullStores();
  const { DATABASE_URL, SECRETS = "" } = stores.environment;
  const api = await startApi({
    ...OPEN,
    DATABASE_URL: `${DATABASE_URL}?application_name=counted`,
    DATABASE_POOL_SIZE: String(size),
    SECRETS,
    POLICY: "course",
    BCRYPT_COST: "4",
  });
  const { send } = visitor(api.origin);
  const registering = Array.from({ length: 30 }, (_, index) =>
    send("POST", "/users", { email: `user${index}@example.com`, password: "x" }),
  );
  const statuses = (await Promise.all(registering)).map(({ status }) => status);
  expect(statuses).toEqual(Array(30).fill(200));
  const open = await stores.query<{ count: number }>(
    "select count(*)::int from pg_stat_activity where application_name = 'counted'",
  );
  expect(open).toEqual([{ count: size }]);
  await api.end();
  await stores.close();
});
