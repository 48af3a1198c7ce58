import { serve } from "@hono/node-server";
import { memoryPorts } from "@postern/domain/memory";
import { createApp, requireSession, type SessionVariables } from "@postern/http";
import { createPages } from "@postern/pages";
import { Hono } from "hono";

const { PORT = "3000" } = process.env;
const ports = memoryPorts(); // in production: the adapters, as in the example with Express
const publicUrl = `http://127.0.0.1:${PORT}/auth`;
const auth = createApp({ ports, publicUrl });
const api = (request: Request) => auth.fetch(request);

const notes = new Map<string, string[]>();
const app = new Hono<SessionVariables>();
app.mount("/auth", createPages({ api, policy: ports.policy, publicUrl }));
app.use("/notes", requireSession(ports));
app.get("/notes", (c) => c.json(notes.get(c.get("session").user.id) ?? []));
app.post("/notes", async (c) => {
  const { id } = c.get("session").user;
  notes.set(id, [...(notes.get(id) ?? []), await c.req.text()]);
  return c.json({ stored: true }, 201);
});

serve({ fetch: app.fetch, port: Number(PORT), hostname: "127.0.0.1" }, () =>
  console.log("listening"),
);
