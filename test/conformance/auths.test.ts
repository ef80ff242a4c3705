import { authCases } from './cases';
import { conformanceSuite } from './conformance-suite';

conformanceSuite('auths', authCases);
