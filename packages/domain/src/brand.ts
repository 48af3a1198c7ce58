declare const brand: unique symbol;

/** A `Value` that only its own factory creates, so that two kinds of string cannot be confused. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };
