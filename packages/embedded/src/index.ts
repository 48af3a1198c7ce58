export { type DataFolder, openDataFolder } from "./data-folder.ts";
export { type EmbeddedDatabase, openDatabase } from "./database.ts";
