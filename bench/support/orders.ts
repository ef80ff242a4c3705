import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  bigint,
  boolean,
  date,
  decimal,
  double,
  integer,
  json,
  list,
  timestamp,
  varchar,
} from '../../core/source/columns';
import { defineSource } from '../../core/source/define-source';
import type { Dataset, Transform } from '../../core/source/source';

export const recordsPerPage = 500;
export const pagesPerRange = 100;
export const recordsPerRange = recordsPerPage * pagesPerRange;

const asItComes = {
  name: 'orders',
  request: { path: '/orders' },
  pagination: {
    type: 'page-number',
    pageSize: recordsPerPage,
    total: { type: 'body', path: 'meta.total' },
  },
  records: 'data',
  key: ['id'],
  columns: {
    id: bigint(),
    orderNumber: varchar('order_number'),
    status: varchar(),
    customerId: bigint('customer.id'),
    customerName: varchar('customer.name'),
    customerEmail: varchar('customer.email'),
    currency: varchar(),
    total: decimal(12, 2),
    tax: decimal(12, 2),
    discount: decimal(12, 2),
    itemCount: integer('item_count'),
    weight: double(),
    isGift: boolean('is_gift'),
    isPaid: boolean('is_paid'),
    createdAt: timestamp('created_at'),
    updatedAt: timestamp('updated_at'),
    deliveryDate: date('delivery_date'),
    street: varchar('address.street'),
    city: varchar('address.city'),
    postcode: varchar('address.postcode'),
    note: varchar(),
    tags: list(varchar()),
    items: json(),
  },
} as const;

const copied: Transform = (record) => ({ ...record, note: null });

const source = defineSource({
  name: 'shop',
  baseUrl: 'http://127.0.0.1:4010',
  auth: { type: 'none' },
  limits: { requestsPerSecond: 10 },
  datasets: [
    asItComes,
    { ...asItComes, name: 'transformed-orders', transform: copied },
    { ...asItComes, name: 'text-orders', format: 'jsonl' },
    { ...asItComes, name: 'comma-orders', format: 'csv' },
  ],
});

const [plain, transformed, asJsonLines, asCsv] = source.datasets;

/** 23 columns of orders: nested customer and address, a list, JSON items, quoted decimals, timestamps, nulls. */
export const orders: Dataset = plain;
/** The same through a function that makes a new record of each. */
export const transformedOrders: Dataset = transformed;
/** The same as gzipped JSON lines. */
export const ordersAsJsonLines: Dataset = asJsonLines;
/** The same as gzipped CSV. */
export const ordersAsCsv: Dataset = asCsv;

/** The pages of a range. */
export const origins = Array.from({ length: pagesPerRange }, (_, page) => ({
  slice: 'all',
  page,
  parameters: {},
  fetchedAt: '2026-01-31T03:00:00.000Z',
}));

/** Writes the bodies of a range of orders to a file, the same for the same range; `unfit` of them (0 to 1) cannot be read. */
export function writeOrders(folder: string, range: number, unfit = 0): string {
  const file = join(folder, `orders-${range}-${unfit}.jsonl`);
  const random = generator(range + 1);
  const bodies = Array.from({ length: pagesPerRange }, (_, page) =>
    pageBody(range * pagesPerRange + page, random, unfit),
  );
  writeFileSync(file, `${bodies.join('\n')}\n`);
  return file;
}

function pageBody(page: number, random: () => number, unfit: number): string {
  const first = page * recordsPerPage + 1;
  const data = Array.from({ length: recordsPerPage }, (_, at) => order(first + at, random, unfit));
  return JSON.stringify({ meta: { total: 1_000_000 }, data });
}

function order(id: number, random: () => number, unfit: number): unknown {
  const pick = <T>(...values: readonly T[]) => values[Math.floor(random() * values.length)];
  const whole = (most: number) => Math.floor(random() * most);
  const created = new Date(1.7e12 + id * 61_000 + whole(1000)).toISOString();
  return {
    id: random() < unfit ? 'unknown' : id,
    order_number: `SO-${id}`,
    status: pick('open', 'paid', 'shipped', 'cancelled'),
    customer: {
      id: whole(1e6),
      name: `${pick('Anna', 'Björn', 'Chloé', 'Dmitri')} ${pick('Müller', 'Smith', 'García')}`,
      email: `user${whole(1e6)}@example.com`,
    },
    currency: pick('EUR', 'USD', 'GBP'),
    total: (random() * 1000).toFixed(2),
    tax: (random() * 100).toFixed(2),
    discount: random() < 0.2 ? (random() * 10).toFixed(2) : null,
    item_count: whole(20),
    weight: whole(50_000) / 1000,
    is_gift: random() < 0.1,
    is_paid: random() < 0.8,
    created_at: created,
    updated_at: created.replace('Z', '+02:00'),
    delivery_date: created.slice(0, 10),
    address: {
      street: `${pick('Hauptstraße', 'Main St', 'Rue de la Paix')} ${whole(200)}`,
      city: pick('Berlin', 'Paris', 'London', 'Łódź'),
      postcode: String(10_000 + whole(80_000)),
    },
    note: random() < 0.3 ? '' : `leave it with the neighbour ${whole(1000)}`,
    tags: [pick('web', 'shop', 'phone'), pick('repeat', 'first')],
    items: [{ sku: `A-${whole(1e5)}`, quantity: 1 + whole(5), price: (random() * 100).toFixed(2) }],
  };
}

/** Park and Miller's generator: the same data in every run. */
function generator(seed: number): () => number {
  let state = seed * 7919;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
