import { limitCases } from './cases';
import { conformanceSuite } from './conformance-suite';

conformanceSuite('limits', limitCases);
