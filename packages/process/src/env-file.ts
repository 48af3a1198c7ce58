import { readEnvFile } from "./read-env-file.ts";

/** Imported before a program (`node --import`): reads `.env` in the working folder. */
readEnvFile(".env");
