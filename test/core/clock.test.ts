import { systemClock } from '../../core/clock';

describe('systemClock', () => {
  it('tells the time of the machine', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('sleeps as long as it is asked to, on its own monotonic time', async () => {
    const began = systemClock.monotonic();
    await systemClock.sleep(20);
    expect(systemClock.monotonic() - began).toBeGreaterThanOrEqual(19); // timers may be up to a millisecond early
  });

  it('wakes with a rejection when it is told to', async () => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(60_000, controller.signal);
    controller.abort();
    await expect(sleeping).rejects.toMatchObject({ name: 'AbortError' });
    await expect(systemClock.sleep(60_000, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
