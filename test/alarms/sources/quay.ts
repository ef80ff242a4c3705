import { bigint, decimal, varchar } from '../../../core/source/columns';
import { defineSource, secret } from '../../../core/source/define-source';

const pages = { type: 'page-number', pageSize: 5, total: { type: 'body', path: 'total' } } as const;
const daily = { type: 'cron', hour: 3, minute: 0, timeZone: 'UTC' } as const;
const deadlineHours = 1;

/** Its base URL is set when there is a server. */
export default defineSource({
  name: 'quay',
  baseUrl: 'https://quay.example',
  auth: { type: 'bearer', token: secret('quay/token') },
  limits: { requestsPerSecond: 1000, burst: 100, lanes: 4 },
  datasets: [
    {
      name: 'ships',
      ifLate: 'Berths are given to ships that are not there',
      request: { path: '/ships' },
      pagination: pages,
      records: 'data',
      key: ['id'],
      columns: { id: bigint(), name: varchar(), length: decimal(8, 2) },
      maxQuarantinedRatio: 0.05,
      schedule: daily,
      deadlineHours,
    },
    {
      name: 'cargo',
      request: { path: '/cargo' },
      pagination: pages,
      records: 'data',
      key: ['id'],
      columns: { id: bigint(), name: varchar() },
      // As when the kernel ends a process that is out of memory
      transform: (record) => {
        if (record.deadly === true) process.kill(process.pid, 'SIGKILL');
        return record;
      },
      schedule: daily,
      deadlineHours,
    },
    {
      name: 'pilots',
      request: { path: '/pilots' },
      pagination: pages,
      records: 'data',
      key: ['id'],
      columns: { id: bigint() },
      schedule: daily,
      deadlineHours,
    },
  ],
});
