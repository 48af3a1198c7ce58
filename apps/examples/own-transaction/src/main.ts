import { aesSeal, bcryptHasher, hashGate, idSource } from "@postern/crypto";
import { nativeBcrypt } from "@postern/crypto/native";
import { createUser, hashNewPassword, noBreachedPasswords, strictPolicy } from "@postern/domain";
import { connectPostgres, migrate, storesInTransaction } from "@postern/postgres";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";

interface Database {
  readonly customers: { readonly user_id: string; readonly plan: "free" | "gold" };
}

const { DATABASE_URL: url = "" } = process.env;
const postern = connectPostgres({ url });
await migrate(postern.db);
await postern.close();
const db = new Kysely<Database>({
  dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url }) }),
});
await sql`create table if not exists customers (
  user_id uuid primary key, plan text check (plan in ('free', 'gold')))`.execute(db);

const seal = aesSeal({ keys: [{ id: "1", key: crypto.getRandomValues(new Uint8Array(32)) }] });
const gate = hashGate({ atOnce: 1, maxWaitMs: 10_000, expectedMs: 200 });
const ports = {
  breachedPasswords: noBreachedPasswords,
  clock: { now: () => new Date() },
  hasher: bcryptHasher({ cost: 10, gate, bcrypt: nativeBcrypt }),
  ids: idSource(),
  policy: strictPolicy,
};

/** Creates a customer who can log in: the user, its event and the customer's row, or nothing. */
async function addCustomer(email: string, password: string, plan: string) {
  const hash = await hashNewPassword(ports, { email, password }); // before the transaction
  if (!hash.ok) return hash.error;
  return await db.transaction().execute(async (transaction) => {
    const { users } = storesInTransaction(transaction, seal);
    const user = await createUser({ ...ports, users }, { email, passwordHash: hash.value });
    if (!user.ok) return user.error;
    const customer = { user_id: user.value.id, plan: plan as "gold" };
    await transaction.insertInto("customers").values(customer).execute();
    return "created";
  });
}

console.log(await addCustomer("bob@example.com", "seven green tortoises", "gold"));
console.log(await addCustomer("Bob@Example.com", "seven green tortoises", "gold"));
console.log(await addCustomer("carol@example.com", "short", "gold"));
const failed = await addCustomer("carol@example.com", "seven red tortoises", "platinum").catch(
  (error: Error) => error.message.includes("customers_plan_check"),
);
console.log(failed);
const count = sql<Record<string, number>>`
  select (select count(*)::int from customers) as customers,
    (select count(*)::int from postern.users) as users,
    (select count(*)::int from postern.events) as events`;
console.log(JSON.stringify((await count.execute(db)).rows[0]));
await db.destroy();
