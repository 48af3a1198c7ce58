/** More than any form of ours needs. */
const MAX_BYTES = 16 * 1024;

/** Reads the fields of a form. `undefined`: it is no form, too large, broken off, or no UTF-8. */
export async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.byteLength;
      if (size > MAX_BYTES) return undefined; // what follows is not read
      chunks.push(chunk);
    }
  } catch {
    return undefined; // it broke off
  }
  const fields = new URLSearchParams(await new Blob(chunks as BlobPart[]).text());
  // Bytes that are no text become this sign. Two passwords could become one.
  return [...fields.values()].some((value) => value.includes("\ufffd")) ? undefined : fields;
}
