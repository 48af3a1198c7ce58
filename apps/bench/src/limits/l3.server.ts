/**
 * L3: the same with one prepared SELECT on a pool, for services that store sessions in Postgres.
 */
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import pg from "pg";
import { listen, setting } from "./listen.ts";

const pool = new pg.Pool({ connectionString: setting("DATABASE_URL") });
const QUERY = { name: "check", text: "select $1::text as email", values: ["somebody@example.com"] };
const app = new Hono();
app.get("/profile", async (c) => {
  const { rows } = await pool.query<{ email: string }>(QUERY);
  return c.json({ email: rows[0]?.email });
});
listen(getRequestListener(app.fetch));
