/** Express, express-session on Redis, passport. */
import { RedisStore } from "connect-redis";
import express from "express";
import session from "express-session";
import passport from "passport";
import { Strategy } from "passport-local";
import { createClient } from "redis";
import { logIn, register, WEEK_MS } from "./users.mjs";

const client = createClient({ url: process.env.REDIS_URL });
await client.connect();
const app = express();
app.use(express.urlencoded({ extended: false }));
app.use(
  session({
    store: new RedisStore({ client }),
    secret: "a secret of the bench's",
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: WEEK_MS },
  }),
);
app.use(passport.session());
passport.use(
  new Strategy({ usernameField: "email" }, (email, password, done) => {
    logIn(email, password).then((user) => done(null, user ?? false), done);
  }),
);
passport.serializeUser(({ id, email }, done) => done(null, { id, email }));
passport.deserializeUser((user, done) => done(null, user));
app.post("/users", async (request, response) => {
  await register(request.body.email, request.body.password);
  response.json({ email: request.body.email, message: "user created" });
});
app.post("/sessions", passport.authenticate("local"), (request, response) => {
  response.json({ email: request.user.email, message: "logged in" });
});
app.get("/profile", (request, response) => {
  if (request.user) response.json({ email: request.user.email });
  else response.status(403).json({ message: "no session" });
});
const server = app.listen(0, "127.0.0.1", () =>
  console.log(`listens on port ${server.address().port}`),
);
