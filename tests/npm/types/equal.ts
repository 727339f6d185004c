// Type assertions for tests that only the type check runs.

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** `same<A, B>(true)` is a type error unless both types are identical. */
export const same = <A, B>(_: Equal<A, B>) => {};
