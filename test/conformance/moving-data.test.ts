import { faultCases } from './cases';
import { conformanceSuite } from './conformance-suite';

conformanceSuite('moving data', faultCases('moving data'));
