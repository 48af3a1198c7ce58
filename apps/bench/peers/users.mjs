/** Users in one table, for frameworks that bring no user store. */
import { hash, verify } from "@node-rs/bcrypt";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query(
  "create table if not exists peer_users (id uuid primary key default gen_random_uuid(), email text unique, hash text)",
);

export async function register(email, password) {
  const values = [email, await hash(password, Number(process.env.BCRYPT_COST))];
  const text = "insert into peer_users (email, hash) values ($1, $2)";
  await pool.query({ name: "add", text, values });
}

export async function logIn(email, password) {
  const text = "select id, email, hash from peer_users where email = $1";
  const { rows } = await pool.query({ name: "find", text, values: [email] });
  return rows[0] && (await verify(password, rows[0].hash)) ? rows[0] : undefined;
}

export const WEEK_MS = 604_800_000;
