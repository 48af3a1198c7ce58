import { connectPostgres, migrate } from "@postern/postgres";

/** `pnpm migrate`: brings the database that DATABASE_URL names up to date. */
const url = process.env["DATABASE_URL"];
if (url) {
  const connection = connectPostgres({ url, statementTimeoutMs: 0 });
  const applied = await migrate(connection.db);
  console.log(applied.length > 0 ? `applied ${applied.join(", ")}` : "nothing to do");
  await connection.close();
} else {
  console.error("DATABASE_URL: is required");
  process.exitCode = 1;
}
