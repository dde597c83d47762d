// Owns: making plain data immutable all the way down, so that a flow on the tape is the flow that ran.
// Does not: know what a flow is.

/** Also looks into what is frozen already: zod freezes a list but not what is in it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
