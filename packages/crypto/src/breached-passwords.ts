import { hash } from "node:crypto";
import type { BreachedPasswords } from "@postern/domain";

interface BreachedPasswordsOptions {
  /** Answers `<url>/<five hex digits>` with lines of `<the other 35>:<how often>`. */
  readonly url: string;
  readonly timeoutMs?: number;
  /** Told when there was no answer; the password has passed then. */
  readonly onFault: (error: unknown) => void;
}

const TIMEOUT_MS = 1_000;
const PREFIX_LENGTH = 5;
/** Ten times what a range holds today. */
const MAX_BYTES = 1024 * 1024;

/**
 * Asks a service that speaks the range protocol of Have I Been Pwned: it learns five of forty digits
 * of a SHA-1, which hundreds of passwords share. When it fails, or is late, the password passes: the
 * list that ships with us still stands, and nobody is kept from registering by somebody else's outage.
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
        // Lines that only pad the answer say that it was found nowhere.
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
    headers: { "add-padding": "true" }, // so that the answer's size tells nobody which range it was
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (!response.ok) throw new Error(`the range was answered with ${response.status}`);
  const decoder = new TextDecoder();
  let [text, size] = ["", 0];
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_BYTES) throw new Error("the range is too long");
    text += decoder.decode(part, { stream: true });
  }
  return text;
}
