/** L2: the least that a session check on this stack can be, one GET on an auto-pipelined ioredis. */
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { Redis } from "ioredis";
import { listen, setting } from "./listen.ts";

const redis = new Redis(setting("REDIS_URL"), { enableAutoPipelining: true });
await redis.set("limit", "somebody@example.com");
const app = new Hono();
app.get("/profile", async (c) => c.json({ email: await redis.get("limit") }));
listen(getRequestListener(app.fetch));
