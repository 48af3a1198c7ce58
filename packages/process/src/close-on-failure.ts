/**
 * Returns what `open` returns. If it fails, closes what was opened before it: a connection that
 * stays open keeps the process running.
 */
export async function closeOnFailure<T>(
  opened: { close(): unknown },
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await Promise.resolve(opened.close()).catch(() => undefined); // the first error tells more
    throw error;
  }
}
