import { defineConfig } from 'vitest/config';

/** The tests of `domain/` alone: what they notice is what is asked. */
export default defineConfig({ test: { include: ['test/domain/**/*.test.ts'], exclude: ['test/domain/fuzz.test.ts'], testTimeout: 30_000 } });
