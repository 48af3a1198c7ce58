/**
 * Imported before a program (`node --import`): reads `.env` in the working folder, if there is one.
 * The environment takes precedence.
 */
try {
  process.loadEnvFile();
} catch (error) {
  const { code = String(error) } = error as NodeJS.ErrnoException;
  if (code !== "ENOENT") {
    console.error(`.env: cannot be read (${code})`);
    process.exit(1);
  }
}
