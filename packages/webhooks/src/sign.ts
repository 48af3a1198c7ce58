import { createHmac, randomBytes } from "node:crypto";

const PREFIX = "whsec_";
const SECRET_BYTES = 32;
/** Standard Webhooks, "Symmetric signatures". */
const [MIN_BYTES, MAX_BYTES] = [24, 64];

/** Creates a signing secret, in the format that receivers use. */
export const newWebhookSecret = (): string => PREFIX + randomBytes(SECRET_BYTES).toString("base64");

function keyIn(secret: string): Buffer {
  const key = Buffer.from(secret.replace(PREFIX, ""), "base64");
  if (key.length < MIN_BYTES || key.length > MAX_BYTES) {
    throw new Error(`a webhook secret has ${MIN_BYTES} to ${MAX_BYTES} bytes`);
  }
  return key;
}

interface Signing {
  /** The same for every attempt, so that a receiver recognises a repeat. */
  readonly id: string;
  /** The time of this attempt. Receivers refuse old ones. */
  readonly at: Date;
  readonly body: string;
  /** More than one while a secret is being replaced. */
  readonly secrets: readonly string[];
}

/** Returns the three headers of Standard Webhooks, with one signature for each secret. */
export function signatureHeaders({ id, at, body, secrets }: Signing): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1000);
  const signatures = secrets.map((secret) => {
    const mac = createHmac("sha256", keyIn(secret)).update(`${id}.${timestamp}.${body}`);
    return `v1,${mac.digest("base64")}`;
  });
  return {
    "webhook-id": id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": signatures.join(" "),
  };
}
