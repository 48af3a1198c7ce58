/** Settings that a database or a role may have. The service depends on none of them. */
export const HOSTILE_SETTINGS = [
  "DateStyle = 'German, DMY'",
  "TimeZone = 'Pacific/Chatham'",
  "search_path = 'nowhere'",
  "bytea_output = 'escape'",
  "standard_conforming_strings = 'off'",
  "default_transaction_isolation = 'serializable'",
  "IntervalStyle = 'sql_standard'",
  "statement_timeout = '50ms'",
];
