import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { sendAnswer } from '../../../local/sample/send-answer';

const answer = { status: 200, headers: { a: 'b' }, body: Buffer.from('{}'), slow: true };

describe('sendAnswer', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate'] }));
  afterEach(() => jest.useRealTimers());

  test('sends a slow answer after its time, and any other at once', () => {
    const [slow, quick] = [response(), response()];
    sendAnswer(slow, answer, 50);
    sendAnswer(quick, { ...answer, slow: false }, 50);
    expect([slow.headersSent, quick.headersSent]).toEqual([false, true]);
    jest.advanceTimersByTime(50);
    expect([slow.headersSent, slow.writableEnded]).toEqual([true, true]);
  });

  test('forgets a client that has gone', () => {
    const gone = response();
    sendAnswer(gone, answer, 600_000);
    expect(jest.getTimerCount()).toBe(1);
    gone.emit('close');
    expect(jest.getTimerCount()).toBe(0);
  });
});

function response(): ServerResponse {
  return new ServerResponse(new IncomingMessage(new Socket()));
}
