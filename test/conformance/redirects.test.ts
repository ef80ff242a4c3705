import { faultCases } from './cases';
import { conformanceSuite } from './conformance-suite';

conformanceSuite('redirects', faultCases('redirects'));
