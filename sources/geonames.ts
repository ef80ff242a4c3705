import { bigint, double, varchar } from '../core/source/columns';
import { defineSource, secret } from '../core/source/define-source';

/**
 * The world's populated places, from the sample API that runs on your own machine.
 * Data © GeoNames (geonames.org), CC BY 4.0.
 */
export default defineSource({
  name: 'geonames',
  baseUrl: 'http://127.0.0.1:4010/v1',
  auth: { type: 'bearer', token: secret('geonames/token') },

  // What the API allows. Four workers share it, and no request more ever leaves them.
  limits: { requestsPerSecond: 50, burst: 10, lanes: 4 },

  datasets: [
    {
      name: 'cities',
      description: 'Every populated place of about 1,000 people or more',

      // GET /v1/cities?page=1&per_page=500  →  { "data": [ … ], "meta": { "total": 138398, … } }
      request: { path: '/cities' },
      pagination: { type: 'page-number', pageSize: 500, total: { type: 'body', path: 'meta.total' } },
      records: 'data',

      key: ['id'],
      columns: {
        id: bigint(),
        name: varchar(),
        country: varchar('country.code'),
        featureCode: varchar(),
        adminCode: varchar(),
        population: bigint(),
        longitude: double('location.coordinates[0]'),
        latitude: double('location.coordinates[1]'),
      },

      schedule: { type: 'cron', hour: 3, minute: 0, timeZone: 'UTC' },
      ifLate: 'City pages show stale populations',
    },
  ],
});
