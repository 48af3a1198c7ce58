/** L2: the minimum of a session check on this stack, one GET in Redis, whose key is the cookie. */
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { Redis } from "ioredis";
import { listen, setting } from "./listen.ts";

const redis = new Redis(setting("REDIS_URL"), { enableAutoPipelining: true });
const app = new Hono();
app.get("/profile", async (c) => c.json({ email: await redis.get(c.req.header("cookie") ?? "") }));
listen(getRequestListener(app.fetch));
