import type { Message } from '@aws-sdk/client-sqs';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { ConfigurationError } from '../../core/errors';
import { localRegion } from '../local-account';
import type { EventSourceDefinition } from './event-source-definition';

/** Messages that one ReceiveMessage call can return at most. */
const maximumReceived = 10;

/**
 * Seconds a receive waits for a message. A single poller makes an empty queue cheap to ask, and a short wait lets an
 * event source be paused without abandoning it: a message handed to an abandoned receive stays hidden for its whole
 * visibility timeout.
 */
const waitSeconds = 1;

/** The queue of an event source mapping, reached by the real SQS client with the function's own permissions. */
export class SourceQueue {
  readonly #definition: EventSourceDefinition;
  readonly #client: SQSClient;

  constructor(definition: EventSourceDefinition, endpoint: string) {
    this.#definition = definition;
    this.#client = new SQSClient({
      endpoint,
      region: localRegion,
      credentials: { accessKeyId: definition.functionName, secretAccessKey: 'local' },
      // Deletions of every lane and a receive at the same time; the default of 50 would queue them.
      requestHandler: {
        httpAgent: { maxSockets: definition.maximumConcurrency * definition.batchSize + 1, keepAlive: true },
      },
    });
  }

  /** Rejects with a ConfigurationError where AWS would refuse to create the mapping. */
  async check(): Promise<void> {
    const { queueUrl, queueArn, functionName, timeoutSeconds } = this.#definition;
    const command = new GetQueueAttributesCommand({
      QueueUrl: queueUrl,
      AttributeNames: ['VisibilityTimeout'],
    });
    const { Attributes } = await this.#client.send(command).catch((cause: Error) => {
      throw new ConfigurationError(
        `${functionName} cannot read the attributes of ${queueArn}, its event source: ${cause.message}`,
        { cause },
      );
    });
    const visibility = Number(Attributes?.VisibilityTimeout);
    if (visibility < timeoutSeconds) {
      throw new ConfigurationError(
        `${queueArn} hides a message for ${visibility} s, but ${functionName} may run for ${timeoutSeconds} s: ` +
          'raise the queue’s visibility timeout (AWS recommends six times the function’s timeout).',
      );
    }
  }

  /** Waits a second at most for up to `messages` of them; SQS gives no more than ten. */
  async receive(messages: number, abortSignal: AbortSignal): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.#definition.queueUrl,
      MaxNumberOfMessages: Math.min(maximumReceived, messages),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages } = await this.#client.send(command, { abortSignal });
    return Messages ?? [];
  }

  /** Removes a message that was handled. */
  async delete({ ReceiptHandle }: Message): Promise<void> {
    await this.#client.send(new DeleteMessageCommand({ QueueUrl: this.#definition.queueUrl, ReceiptHandle }));
  }

  /** Lets a message come back after so many seconds rather than its visibility timeout. */
  async backOff({ ReceiptHandle }: Message, seconds: number): Promise<void> {
    const { queueUrl: QueueUrl } = this.#definition;
    await this.#client.send(
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: seconds }),
    );
  }

  /** Closes its connections. */
  close(): void {
    this.#client.destroy();
  }
}
