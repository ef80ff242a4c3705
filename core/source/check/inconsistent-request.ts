import { describe, quote } from '../describe';
import type { Path } from '../path';
import { type Problem, problemAt } from '../problems';
import { type Fields, fields } from './fields';

/** A body where none is sent, and statuses whose meaning nobody may change. */
export function requestProblems(request: Fields, path: Path): readonly Problem[] {
  return [...bodyProblems(request, path), ...statusProblems(fields(request.statuses), [...path, 'statuses'])];
}

function bodyProblems({ method, body }: Fields, path: Path): readonly Problem[] {
  if (method !== 'GET' || body === undefined) return [];
  return [
    problemAt([...path, 'body'], describe(body), "nothing with method 'GET': a body is sent with 'POST'"),
  ];
}

function statusProblems(statuses: Fields, path: Path): readonly Problem[] {
  return Object.keys(statuses)
    .filter((status) => !/^(204|[45]\d\d)$/.test(status))
    .map((status) =>
      problemAt([...path, status], `the status ${quote(status)}`, '204, or a status from 400 to 599'),
    );
}
