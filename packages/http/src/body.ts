import { err, ok, type Result } from "@postern/domain";
import type { ProblemCode } from "./problem-codes.ts";

/** Our bodies hold a few short fields (OWASP ASVS 5.0 item 15.2.2). */
const MAX_BODY_BYTES = 16 * 1024;

export type BodyError = Extract<
  ProblemCode,
  "body_malformed" | "body_too_large" | "content_type_unsupported"
>;
type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the fields of a form or a JSON object, as `Content-Type` says; none without a body. Refuses
 * a body whose announced length is too large. Without a length, it counts while the body arrives.
 */
export async function readFields(request: Request): Promise<Result<Fields, BodyError>> {
  const header = (name: string) => request.headers.get(name)?.trim().toLowerCase();
  const isEncoded =
    (header("content-encoding") ?? "identity") !== "identity" ||
    (header("transfer-encoding") ?? "chunked") !== "chunked";
  if (isEncoded) return err("content_type_unsupported");
  const bytes = await readBytes(request).catch(() => err("body_malformed")); // the client went away
  if (!bytes.ok) return bytes;
  if (bytes.value.length === 0) return ok({});
  const text = decodeUtf8(bytes.value);
  if (text === undefined) return err("body_malformed");
  const type = header("content-type")?.split(";")[0]?.trim();
  if (type === "application/json") return readJson(text);
  if (type === "application/x-www-form-urlencoded") return readForm(text);
  return err("content_type_unsupported");
}

async function readBytes(request: Request): Promise<Result<Uint8Array, BodyError>> {
  const length = request.headers.get("content-length");
  if (length !== null) {
    // The HTTP server delivers no more bytes than the announced length, so nothing is counted here.
    if (Number(length) > MAX_BODY_BYTES) return err("body_too_large");
    return ok(new Uint8Array(await request.arrayBuffer()));
  }
  if (!request.body) return ok(new Uint8Array());
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body) {
    size += part.length;
    if (size > MAX_BODY_BYTES) return err("body_too_large"); // leaving the loop cancels the stream
    parts.push(part);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return ok(bytes);
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined; // the only way in which the decoder reports bytes that are not UTF-8
  }
}

/** Matches every string of a JSON text, with the colon behind it if it is a member's name. */
const STRINGS = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/**
 * Parses one flat object with unique names. Of two equal names, some readers take the first and
 * some the last.
 */
function readJson(text: string): Result<Fields, BodyError> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return err("body_malformed");
    const names = [...text.matchAll(STRINGS)].filter(([, colon]) => colon !== undefined);
    return names.length === Object.keys(value).length ? ok({ ...value }) : err("body_malformed");
  } catch {
    return err("body_malformed");
  }
}

/**
 * Parses a form as the URL Standard does, but refuses repeated fields, a lone `%`, and bytes that
 * are not UTF-8. The standard makes U+FFFD of such bytes, so several passwords would become one.
 */
function readForm(text: string): Result<Fields, BodyError> {
  const fields = new Map<string, string>();
  try {
    for (const pair of text.split("&")) {
      if (pair === "") continue;
      const [name = "", ...value] = pair.split("=");
      const decoded = decodeURIComponent(name.replaceAll("+", " "));
      if (fields.has(decoded)) return err("body_malformed");
      fields.set(decoded, decodeURIComponent(value.join("=").replaceAll("+", " ")));
    }
  } catch {
    return err("body_malformed"); // decodeURIComponent throws on bytes that are not UTF-8
  }
  return ok(Object.fromEntries(fields));
}
