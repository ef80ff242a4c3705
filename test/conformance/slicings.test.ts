import { slicingCases } from './cases';
import { conformanceSuite } from './conformance-suite';

conformanceSuite('slicings', slicingCases);
