import { faultCases } from './cases';
import { conformanceSuite } from './conformance-suite';

conformanceSuite('chains', faultCases('chains'));
