import { z } from 'zod';

/** The JSON Schema that clients get. Each schema has a single `type`: clients that know no lists of types drop such a field. */
export function publicSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  return z.record(z.string(), z.unknown()).parse(splitTypes(z.toJSONSchema(schema, { io, target: 'draft-7' })));
}

function splitTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(splitTypes);
  if (typeof value !== 'object' || value === null) return value;
  const { type, ...rest }: { type?: unknown } = value;
  const split = Object.fromEntries(Object.entries(rest).map(([key, part]) => [key, splitTypes(part)]));
  if (Array.isArray(type)) return { anyOf: type.map((single) => ({ type: single })), ...split };
  return type === undefined ? split : { type: splitTypes(type), ...split };
}
