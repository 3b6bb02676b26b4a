import { z } from 'zod';

/** A text, or undefined for anything else: a part of an object that is malformed is as good as absent. */
export const text = z.string().optional().catch(undefined);

/** An object of the given parts, or undefined for anything else; what is not named is dropped. */
export function part<T extends z.ZodRawShape>(shape: T) {
  return z.object(shape).optional().catch(undefined);
}

/** A list without the elements that do not fit; empty for anything that is no list. */
export function list<T extends z.ZodType>(element: T) {
  const whole = z.array(element);
  return z
    .array(z.unknown())
    .catch([])
    .transform((items): z.output<T>[] => {
      // As a rule all of them fit, and one look costs less than many.
      const all = whole.safeParse(items);
      if (all.success) return all.data;
      return items.flatMap((item): z.output<T>[] => {
        const result = element.safeParse(item);
        return result.success ? [result.data] : [];
      });
    });
}
