/** More than any form of ours needs. */
const MAX_BYTES = 16 * 1024;

/** Reads the fields of a form. `undefined`: it is no form, or too large. */
export async function readForm(request: Request): Promise<URLSearchParams | undefined> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/x-www-form-urlencoded\b/i.test(type)) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) return undefined; // what follows is not read
    chunks.push(chunk);
  }
  return new URLSearchParams(await new Blob(chunks as BlobPart[]).text());
}
