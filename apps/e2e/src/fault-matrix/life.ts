import { type Account, changePassword, endSessions, newAccount } from "./account.ts";
import { type Answer, type Ask, outcomeOf } from "./requests.ts";

/** Sends a request of a life, and notes its answer. */
export type Send = (method: string, path: string, ask?: Ask) => Promise<Answer>;

const [FIRST, SECOND, THIRD] = ["MyPwdOfBob", "AnotherPwdOfBob", "ThirdPwdOfBob"];

/**
 * The life of an account, with a request to every route. It ends early where an answer is missing
 * that the next step needs. Returns whether every step succeeded.
 */
export async function live(account: Account, send: Send): Promise<boolean> {
  const { email } = account;
  const registered = await send("POST", "/users", { fields: { email, password: FIRST } });
  if (registered.status !== 200) return false;
  account.state = "there";
  const [mine, other] = [await logIn(account, send), await logIn(account, send)];
  if (!mine || !other) return false;
  const reads = [
    await send("GET", "/"),
    await send("GET", "/health/live"),
    await send("GET", "/health/ready"),
    await send("GET", "/profile", { cookie: mine }),
    await send("GET", "/profile/export", { cookie: mine }),
    await send("GET", "/sessions/current", { cookie: mine }),
    await send("PUT", "/profile/email", { cookie: mine, fields: { email: `new-${email}` } }),
    await send("POST", "/email_verification", { fields: { email } }),
    await send("PUT", "/email_verification", { fields: { token: "x" } }),
  ];
  const sessions = await send("GET", "/sessions", { cookie: mine });
  return (
    reads.every(({ status }) => status > 0 && status < 500) &&
    (await endOne(account, sessions, mine, other, send)) &&
    (await changeByProfile(account, mine, send)) &&
    (await changeByReset(account, send)) &&
    (await leave(account, send))
  );
}

async function logIn(account: Account, send: Send): Promise<string | undefined> {
  const [password = ""] = account.passwords;
  const { cookie } = await send("POST", "/sessions", {
    fields: { email: account.email, password },
  });
  if (cookie) account.live.push(cookie);
  return cookie;
}

/** Ends the other session by its id. */
async function endOne(
  account: Account,
  { status, text }: Answer,
  mine: string,
  other: string,
  send: Send,
): Promise<boolean> {
  if (status !== 200) return false;
  const { sessions } = JSON.parse(text) as {
    sessions: { session_id: string; current: boolean }[];
  };
  const id = sessions.find(({ current }) => !current)?.session_id;
  const answer = await send("DELETE", `/sessions/${id}`, { cookie: mine });
  endSessions(account, [other], outcomeOf(answer));
  return answer.status === 200;
}

async function changeByProfile(account: Account, mine: string, send: Send): Promise<boolean> {
  const fields = { current_password: FIRST, new_password: SECOND };
  const answer = await send("PUT", "/profile/password", { cookie: mine, fields });
  changePassword(account, SECOND, outcomeOf(answer));
  if (answer.cookie) account.live.push(answer.cookie);
  return answer.status === 200;
}

async function changeByReset(account: Account, send: Send): Promise<boolean> {
  const { email } = account;
  const given = await send("POST", "/reset_password", { fields: { email } });
  if (given.status !== 200) return false;
  const { reset_token } = JSON.parse(given.text) as { reset_token: string };
  const answer = await send("PUT", "/reset_password", {
    fields: { email, reset_token, new_password: THIRD },
  });
  changePassword(account, THIRD, outcomeOf(answer));
  return answer.status === 200;
}

/** Ends the sessions in every other way. Every third account is deleted. */
async function leave(account: Account, send: Send): Promise<boolean> {
  const [one, two, three] = [
    await logIn(account, send),
    await logIn(account, send),
    await logIn(account, send),
  ];
  if (!one || !two || !three) return false;
  const loggedOut = await send("DELETE", "/sessions", { cookie: one });
  endSessions(account, [one], outcomeOf(loggedOut));
  const others = await send("DELETE", "/sessions?except=current", { cookie: two });
  endSessions(account, [two, three], outcomeOf(others)); // the caller gets a new one
  if (others.cookie) account.live.push(others.cookie);
  const [last] = account.live;
  if (loggedOut.status !== 302 || others.status !== 200 || !last) return false;
  if (Number(account.email.match(/\d+/)?.[0]) % 3 > 0) return true;
  const deleted = await send("DELETE", "/profile", { cookie: last });
  account.state = outcomeOf(deleted) === "doubtful" ? "doubtful" : "gone";
  endSessions(account, [...account.live], outcomeOf(deleted));
  return deleted.status === 200;
}

/** Returns the account with which a life begins. */
export const newborn = (email: string): Account => newAccount(email, FIRST);
