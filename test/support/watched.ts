/** The same hands; every call of these ports is announced before it is made, and not made when `watch` throws. */
export function watched<T extends object>(
  hands: T,
  ports: readonly (keyof T & string)[],
  watch: ((call: string) => Promise<void> | void) | undefined,
): T {
  if (watch === undefined) return hands;
  const eyes = ports.map((name) => [name, port(name, hands[name] as object, watch)]);
  return { ...hands, ...(Object.fromEntries(eyes) as Partial<T>) };
}

function port<T extends object>(
  name: string,
  target: T,
  watch: (call: string) => Promise<void> | void,
): T {
  return new Proxy(target, {
    get: (object, key) => {
      const value: unknown = Reflect.get(object, key);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]): Promise<unknown> => {
        await watch(`${name}.${String(key)}`);
        return Reflect.apply(value, object, args) as unknown;
      };
    },
  });
}
