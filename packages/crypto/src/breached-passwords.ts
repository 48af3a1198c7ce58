import { hash } from "node:crypto";
import type { BreachedPasswords } from "@postern/domain";

interface BreachedPasswordsOptions {
  /**
   * The URL of the service. `<url>/<five hex digits>` returns lines of `<the other 35>:<count>`.
   */
  readonly url: string;
  readonly timeoutMs?: number;
  /** Called when the service did not answer. The password is accepted then. */
  readonly onFault: (error: unknown) => void;
}

const TIMEOUT_MS = 1_000;
const PREFIX_LENGTH = 5;
/** Ten times the size of a range today. */
const MAX_BYTES = 1024 * 1024;

/**
 * Asks a service that speaks the range protocol of Have I Been Pwned. The service learns five of
 * the forty digits of a SHA-1, which hundreds of passwords share. If it fails or is late, the
 * password is accepted: the built-in list still applies, and another service's outage must not stop
 * registrations.
 */
export function breachedPasswords({
  url,
  timeoutMs = TIMEOUT_MS,
  onFault,
}: BreachedPasswordsOptions): BreachedPasswords {
  return {
    async include(password) {
      const digest = hash("sha1", password, "hex").toUpperCase();
      const [prefix, suffix] = [digest.slice(0, PREFIX_LENGTH), digest.slice(PREFIX_LENGTH)];
      try {
        const range = await fetchText(`${url.replace(/\/+$/, "")}/${prefix}`, timeoutMs);
        const line = range.split("\n").find((one) => one.trim().toUpperCase().startsWith(suffix));
        // Lines that only pad the answer have the count 0.
        return line !== undefined && Number(line.trim().slice(suffix.length + 1)) > 0;
      } catch (error) {
        onFault(error);
        return false;
      }
    },
  };
}

async function fetchText(url: string, timeoutMs: number): Promise<string> {
  const response = await fetch(url, {
    headers: { "add-padding": "true" }, // so that the size of the answer does not reveal the range
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`the breach check answered ${response.status}`);
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new Error("the breach check's answer is too long");
    text += decoder.decode(part, { stream: true });
  }
  return text;
}
