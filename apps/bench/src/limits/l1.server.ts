/** L1: the cost of Hono on node:http. */
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { listen } from "./listen.ts";

const app = new Hono();
app.get("/profile", (c) => c.json({ email: "somebody@example.com" }));
listen(getRequestListener(app.fetch));
