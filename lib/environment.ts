/**
 * An environment variable that must be set.
 * @throws an Error that names it
 */
export function environment(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`${name}: found nothing; expected what serverless.yml sets in the function's environment`);
  return value;
}

/** Values separated by commas. */
export function environmentList(name: string): string[] {
  return environment(name).split(",");
}

/** The same where there may be none. */
export function environmentListOrNone(name: string): string[] {
  return process.env[name] ? environmentList(name) : [];
}

/** One of some values. */
export function environmentChoice<T extends string>(name: string, values: readonly T[]): T {
  const value = environment(name);
  const choice = values.find((known) => known === value);
  if (choice === undefined) throw new Error(`${name}: found ${JSON.stringify(value)}; expected ${values.join(", ")}`);
  return choice;
}
