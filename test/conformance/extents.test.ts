import { extentCases } from './cases';
import { conformanceSuite } from './conformance-suite';

conformanceSuite('extents', extentCases);
