import { readFileSync } from 'node:fs';
import { ApplicationFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Variables } from '../../ports/adapter.ts';
import { renewedSecrets } from '../../ports/renewed-secrets.ts';

/** Shorter ones are none, and would tear words apart. */
const shortest = 12;

/**
 * Strikes the process's secrets out of a text: a service may quote in its answer what it was sent.
 *
 * They are what the variables called …TOKEN, …SECRET, …PASSWORD, …API_KEY, …PRIVATE_KEY and …PAYLOAD_KEYS hold, or the files that their …_FILE names; of `id:key` also the
 * key alone; and what came since: an app's tokens, what is new in such a file.
 */
export function withoutSecrets(environment: Variables): (text: string) => string {
  const first = secretsOf(environment);
  return (text) => struckFrom(text, [...first, ...renewedSecrets().filter(isSecret)]);
}

/** What an activity answers or fails with is kept in histories, shown in the UI and told in chat. */
export function discretion(environment: Variables): ActivityInterceptorsFactory {
  const strike = withoutSecrets(environment);
  return () => ({
    inbound: {
      async execute(input, next) {
        try {
          return struckOut(await next(input), strike);
        } catch (error) {
          strikeOut(error, strike);
          throw error;
        }
      },
    },
  });
}

function struckFrom(text: string, secrets: readonly string[]): string {
  return secrets.reduce((struck, secret) => struck.replaceAll(secret, '[secret]'), text);
}

function isSecret({ length }: string): boolean {
  return length >= shortest;
}

/** The same value where there is nothing to strike out: whatever JSON would not keep stays as it is. */
function struckOut(value: unknown, strike: (text: string) => string): unknown {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return value;
  const struck = strike(text);
  return struck === text ? value : JSON.parse(struck);
}

/** In place: who catches an error knows it by its class and its identity. */
function strikeOut(error: unknown, strike: (text: string) => string): void {
  if (!(error instanceof Error)) return;
  error.message = strike(error.message);
  if (error.stack !== undefined) error.stack = strike(error.stack);
  if (error instanceof ApplicationFailure && error.details) error.details.splice(0, Infinity, ...error.details.map((detail) => struckOut(detail, strike)));
  strikeOut(error.cause, strike);
}

function secretsOf(environment: Variables): readonly string[] {
  const values = Object.entries(environment).flatMap(([name, value]) => {
    if (!value || !/_(TOKEN|SECRET|PASSWORD|API_KEY|PRIVATE_KEY|PAYLOAD_KEYS)(_|$)/.test(name)) return [];
    return (name.endsWith('_FILE') ? read(value) : value).split(/(?:\s|,|\\n)+/);
  });
  const parts = values.flatMap((value) => [value, value.slice(value.indexOf(':') + 1)]);
  // The longest first, lest a part of it stays.
  return [...new Set(parts)].filter(isSecret).toSorted((one, other) => other.length - one.length);
}

/** Whoever needs the file says that it is missing. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
