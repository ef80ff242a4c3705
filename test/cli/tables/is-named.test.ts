import { isNamed } from '../../../cli/tables/is-named';

const users = { source: 'my-crm', dataset: 'all-users' };

test.each([
  ['select * from all_users', true],
  ['select * from "ALL_USERS" u', true],
  ['from my_crm.all_users', true],
  ['from memory."my_crm" . "all_users"', true],
  ['from main.all_users', true],
  ['from shop.all_users', false],
  ['from all_users_2', false],
  ['from users', false],
])('%s: %s', (sql, named) => {
  expect(isNamed(users, sql)).toBe(named);
});
