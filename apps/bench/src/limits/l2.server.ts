/** L2: the least that a session check on this stack can be, one GET of what the cookie names. */
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { Redis } from "ioredis";
import { listen, setting } from "./listen.ts";

const redis = new Redis(setting("REDIS_URL"), { enableAutoPipelining: true });
const app = new Hono();
app.get("/profile", async (c) => c.json({ email: await redis.get(c.req.header("cookie") ?? "") }));
listen(getRequestListener(app.fetch));
