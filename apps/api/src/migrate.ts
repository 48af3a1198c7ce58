import { connectPostgres, migrate } from "@postern/postgres";
import {
  InvalidEnvironment,
  mistakesIn,
  reasonFor,
  sharedEnvironment,
  withoutEmpty,
} from "@postern/process";
import { z } from "zod";

const environment = z.object({ DATABASE_URL: sharedEnvironment.DATABASE_URL.unwrap() });

/** `pnpm migrate`: migrates the database of DATABASE_URL. */
try {
  const { data, error } = environment.safeParse(withoutEmpty(process.env));
  if (!data) throw new InvalidEnvironment(mistakesIn(error));
  const connection = connectPostgres({ url: data.DATABASE_URL, statementTimeoutMs: 0 });
  const applied = await migrate(connection.db);
  console.log(applied.length > 0 ? `applied ${applied.join(", ")}` : "nothing to do");
  await connection.close();
} catch (error) {
  console.error(reasonFor(error));
  process.exit(1);
}
