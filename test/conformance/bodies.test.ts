import { faultCases } from './cases';
import { conformanceSuite } from './conformance-suite';

conformanceSuite('bodies', faultCases('bodies'));
