import { randomCases } from './cases';
import { conformanceSuite } from './conformance-suite';

conformanceSuite('random', randomCases);
