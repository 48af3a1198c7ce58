/** Fastify with sessions on Redis. */
import cookie from "@fastify/cookie";
import formbody from "@fastify/formbody";
import session from "@fastify/session";
import { RedisStore } from "connect-redis";
import fastify from "fastify";
import { createClient } from "redis";
import { logIn, register, WEEK_MS } from "./users.mjs";

const client = createClient({ url: process.env.REDIS_URL });
await client.connect();
const app = fastify();
await app.register(formbody);
await app.register(cookie);
await app.register(session, {
  secret: "a secret of the bench's, long enough for it",
  store: new RedisStore({ client }),
  saveUninitialized: false,
  rolling: false,
  cookie: { secure: false, maxAge: WEEK_MS },
});
app.post("/users", async ({ body }) => {
  await register(body.email, body.password);
  return { email: body.email, message: "user created" };
});
app.post("/sessions", async (request, reply) => {
  const user = await logIn(request.body.email, request.body.password);
  if (!user) return reply.code(401).send({ message: "wrong" });
  request.session.set("email", user.email);
  return { email: user.email, message: "logged in" };
});
app.get("/profile", async (request, reply) => {
  const email = request.session.get("email");
  return email ? { email } : reply.code(403).send({ message: "no session" });
});
await app.listen({ port: 0, host: "127.0.0.1" });
console.log(`listens on port ${app.server.address().port}`);
