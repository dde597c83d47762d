// Owns: what scripts/test.mjs needs to know of a vitest run: how many tests passed, failed and were skipped, and why.
// A file that could not be loaded and an error outside of any test count as failures too.
import { writeFileSync } from 'node:fs';

export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') counts.passed += 1;
        else if (result.state === 'failed') failedTests += 1;
        else counts.skipped.push({ name: test.fullName, file: module.relativeModuleId, note: result.note ?? null });
      }
      // A failing hook or import leaves no failed test behind.
      counts.failed += failedTests > 0 || module.state() !== 'failed' ? failedTests : 1;
    }
    writeFileSync(process.env.KEYTONE_TEST_COUNTS, JSON.stringify(counts));
  }
}
