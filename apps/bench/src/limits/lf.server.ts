/**
 * LF: the smallest full service on this stack. It registers, logs in and checks, and has no further
 * features.
 */
import { hash as sha256, randomBytes } from "node:crypto";
import { getRequestListener } from "@hono/node-server";
import { hash, verify } from "@node-rs/bcrypt";
import { Hono } from "hono";
import { Redis } from "ioredis";
import pg from "pg";
import { listen, setting } from "./listen.ts";

const WEEK_SECONDS = 604_800;
const cost = Number(setting("BCRYPT_COST"));
const redis = new Redis(setting("REDIS_URL"), { enableAutoPipelining: true });
const pool = new pg.Pool({ connectionString: setting("DATABASE_URL") });
await pool.query(
  "create table if not exists lf_users (id uuid primary key default gen_random_uuid(), email text unique, hash text)",
);
const keyOf = (token: string) => `lf:${sha256("sha256", token, "base64url")}`;
const fields = async (request: Request) => {
  const form = new URLSearchParams(await request.text());
  return { email: form.get("email") ?? "", password: form.get("password") ?? "" };
};

const app = new Hono();
app.post("/users", async (c) => {
  const { email, password } = await fields(c.req.raw);
  const values = [email, await hash(password, cost)];
  await pool.query({
    name: "add",
    text: "insert into lf_users (email, hash) values ($1, $2)",
    values,
  });
  return c.json({ email, message: "user created" });
});
app.post("/sessions", async (c) => {
  const { email, password } = await fields(c.req.raw);
  const text = "select id, hash from lf_users where email = $1";
  const found = await pool.query<{ id: string; hash: string }>({
    name: "find",
    text,
    values: [email],
  });
  const [user] = found.rows;
  if (!user || !(await verify(password, user.hash))) return c.json({ message: "wrong" }, 401);
  const token = randomBytes(32).toString("base64url");
  await redis.set(keyOf(token), JSON.stringify({ id: user.id, email }), "EX", WEEK_SECONDS);
  c.header("set-cookie", `session_id=${token}; HttpOnly; SameSite=Lax; Path=/`);
  return c.json({ email, message: "logged in" });
});
app.get("/profile", async (c) => {
  const token = /(?:^|; )session_id=([^;]+)/.exec(c.req.header("cookie") ?? "")?.[1];
  const kept = token && (await redis.get(keyOf(token)));
  if (!kept) return c.json({ message: "no session" }, 403);
  const { email } = JSON.parse(kept) as { email: string };
  return c.json({ email });
});
listen(getRequestListener(app.fetch));
