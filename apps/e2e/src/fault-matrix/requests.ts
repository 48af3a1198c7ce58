/** An answer, or its absence: status 0. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly cookie: string | undefined;
  readonly hasRetryAfter: boolean;
}

export interface Ask {
  readonly cookie?: string | undefined;
  readonly fields?: Readonly<Record<string, string>>;
}

/** Longer than any deadline of the service. */
const PATIENCE_MS = 30_000;

/** Sends a request. It never throws: the service may be killed in the middle of an answer. */
export async function ask(
  origin: string,
  method: string,
  path: string,
  { cookie, fields }: Ask = {},
): Promise<Answer> {
  try {
    const response = await fetch(origin + path, {
      method,
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(cookie && { headers: { cookie } }),
      ...(fields && { body: new URLSearchParams(fields) }),
    });
    const [given] = response.headers.getSetCookie();
    const value = given?.split(";")[0];
    return {
      status: response.status,
      text: await response.text(),
      cookie: value?.endsWith("=") ? undefined : value,
      hasRetryAfter: Number(response.headers.get("retry-after")) > 0,
    };
  } catch {
    return { status: 0, text: "", cookie: undefined, hasRetryAfter: false };
  }
}

/** What a change did, by its answer. */
export const outcomeOf = ({ status, text }: Answer) => {
  if (status >= 200 && status < 400) return "made";
  return text.includes("change_made_sessions_pending") ? "pending" : "doubtful";
};
