import { faultCases } from './cases';
import { conformanceSuite } from './conformance-suite';

conformanceSuite('throttling', faultCases('throttling'));
