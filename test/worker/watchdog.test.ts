import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchOver } from '../../worker/watchdog.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each(['DRAINING', 'STOPPING', 'FAILED', 'STOPPED'] as const)('a worker that stays %s ends its process', (stuck) => {
  const { end, become } = watched();
  vi.advanceTimersByTime(60_000);
  become(stuck);
  vi.advanceTimersByTime(20_000);
  expect(end).not.toHaveBeenCalled();
  vi.advanceTimersByTime(3_000);
  expect(end.mock.calls).toEqual([[stuck]]);
  vi.advanceTimersByTime(60_000);
  expect(end).toHaveBeenCalledOnce();
});

it('a worker that ends in time is left alone', () => {
  const { end, become, callOff } = watched();
  become('DRAINING');
  vi.advanceTimersByTime(15_000);
  callOff();
  vi.advanceTimersByTime(60_000);
  expect(end).not.toHaveBeenCalled();
});

function watched() {
  let state: ReturnType<Parameters<typeof watchOver>[0]['getState']> = 'RUNNING';
  const end = vi.fn<(state: string) => void>();
  const callOff = watchOver({ getState: () => state }, { patienceMs: 20_000, end });
  return { end, callOff, become: (next: typeof state) => void (state = next) };
}
