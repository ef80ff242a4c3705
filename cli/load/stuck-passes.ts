import type { RunReport } from '../../core/run/reconcile';

/** Passes in a row, a quarter of a second apart, after which what may pass by itself has not: each call has been tried again within its pass too. */
const mostPasses = 5;

/** Tells when a load on this machine has to end because reconcile cannot do its next step. */
export class StuckPasses {
  #inARow = 0;

  /** Takes what the last pass said of the run: a document that is damaged stays so, a lost answer is no reason to end. */
  areEnough(report: RunReport | undefined): report is Extract<RunReport, { readonly state: 'stuck' }> {
    if (report?.state !== 'stuck') {
      this.#inARow = 0;
      return false;
    }
    this.#inARow += 1;
    return report.failure === 'permanent' || report.failure === 'configuration' || this.#inARow >= mostPasses;
  }
}
