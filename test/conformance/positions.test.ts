import { faultCases } from './cases';
import { conformanceSuite } from './conformance-suite';

conformanceSuite('positions', faultCases('positions'));
