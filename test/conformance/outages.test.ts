import { faultCases } from './cases';
import { conformanceSuite } from './conformance-suite';

conformanceSuite('outages', faultCases('outages'));
