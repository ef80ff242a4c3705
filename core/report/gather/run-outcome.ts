import type { Plan } from '../../plan/plan';
import type { Manifest } from '../../run/verify/manifest';

/** How a run ended. */
export type RunOutcome =
  | {
      readonly plan: Plan;
      readonly manifest: Manifest;
      /** 'superseded': verified, while readers see a newer run. */
      readonly state: 'published' | 'verified' | 'refused' | 'superseded';
      /** ISO 8601. */
      readonly publishedAt?: string | undefined;
    }
  /** It never was complete, so there is no manifest. */
  | { readonly plan: Plan; readonly state: 'failed'; readonly reason: string };
