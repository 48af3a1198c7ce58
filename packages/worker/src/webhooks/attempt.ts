import type { EventJson } from "@postern/domain";
import type { WebhookSecret } from "@postern/postgres";
import { type Networks, postWebhook, signatureHeaders, toPlainText } from "@postern/webhooks";

const TIME_LIMIT_MS = 10_000;
const MAX_MESSAGE_LENGTH = 256;

interface AttemptResult {
  /** `undefined`: the endpoint did not answer. */
  readonly status: number | undefined;
  readonly retryAfterMs?: number | undefined;
  /** The start of the answer, or the reason why there is none. */
  readonly firstBytes: string;
}

/** Sends one signed POST of the event. Does not throw if the endpoint does not answer. */
export async function attempt(
  { url, secrets }: { readonly url: string; readonly secrets: readonly WebhookSecret[] },
  event: EventJson,
  networks: Networks,
): Promise<AttemptResult> {
  const at = new Date();
  const valid = secrets.filter(({ until }) => until === undefined || new Date(until) > at);
  const body = JSON.stringify(event);
  try {
    const signing = { id: event.id, at, body, secrets: valid.map(({ secret }) => secret) };
    const message = { body, headers: signatureHeaders(signing) };
    return await postWebhook(url, message, { networks, timeoutMs: TIME_LIMIT_MS });
  } catch (error) {
    const message = error instanceof Error ? error.message : "no error was thrown";
    const firstBytes = toPlainText(message).slice(0, MAX_MESSAGE_LENGTH);
    return { status: undefined, firstBytes };
  }
}
