declare const brand: unique symbol;

/** A `Value` that only its own maker hands out, so that two kinds of string cannot be swapped. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name };
