import { checkSession, logIn, logOut, registerUser, Unavailable } from "@postern/domain";
import express, { type ErrorRequestHandler, type Request } from "express";
import { openPorts } from "./ports.ts";

const { DATABASE_URL = "", REDIS_URL = "", PORT = "3000" } = process.env;
const ports = await openPorts(DATABASE_URL, REDIS_URL);
const app = express().use(express.json());

const COOKIE = "session";
const tokenOf = ({ headers }: Request) =>
  new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(headers.cookie ?? "")?.[1];

app.post("/accounts", async (request, response) => {
  const result = await registerUser(ports, request.body);
  if (result.ok) response.status(201).json({ welcome: request.body.email });
  else response.status(400).json({ error: result.error });
});

app.post("/login", async (request, response) => {
  const result = await logIn(ports, request.body);
  if (!result.ok) return void response.status(401).json({ error: result.error });
  response.cookie(COOKIE, result.value.token, { httpOnly: true, sameSite: "lax" });
  response.json({ until: result.value.session.absoluteExpiresAt });
});

app.get("/me", async (request, response) => {
  const checked = await checkSession(ports, tokenOf(request));
  if (checked) response.json({ email: checked.user.email });
  else response.status(401).json({ error: "session_missing" });
});

app.post("/logout", async (request, response) => {
  await logOut(ports, tokenOf(request));
  response.clearCookie(COOKIE).status(204).end();
});

const onFault: ErrorRequestHandler = (error, _request, response, _next) => {
  const isTemporary = error instanceof Unavailable;
  response
    .status(isTemporary ? 503 : 500)
    .json({ error: isTemporary ? "unavailable" : "unexpected" });
};
app.use(onFault);

app.listen(Number(PORT), "127.0.0.1", () => console.log("listening"));
