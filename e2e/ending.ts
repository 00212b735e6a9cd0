// The last words of a run: what failed, at which step and why, in a few lines each.
// Whoever sees only the end of a log can still tell what to mend.

import type { FullResult, Reporter, TestCase, TestResult, TestStep } from '@playwright/test/reporter';

// where follows the error down to the innermost step that has it.
function where(steps: TestStep[]): string[] {
  const step = steps.find((one) => one.error);
  return step ? [step.title, ...where(step.steps)] : [];
}

function plain(text: string): string {
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}

export default class Ending implements Reporter {
  private failed: [TestCase, TestResult][] = [];

  onTestEnd(test: TestCase, result: TestResult): void {
    if (result.status !== test.expectedStatus) this.failed.push([test, result]);
  }

  onEnd(run: FullResult): void {
    if (run.status === 'passed') return;
    console.log('\nWhat failed, in short:');
    for (const [test, result] of this.failed) {
      console.log(`\n* ${test.titlePath().slice(1).join(' › ')} (${result.status}, ${Math.round(result.duration / 1000)} s)`);
      console.log(`  at: ${where(result.steps).join(' › ') || 'no step'}`);
      for (const error of result.errors) {
        const at = error.location ? `${error.location.file.split('/').pop()}:${error.location.line}` : '';
        const lines = plain(error.message ?? String(error.value)).split('\n').slice(0, 25);
        console.log(`  ${at}\n${lines.map((line) => `    ${line.slice(0, 300)}`).join('\n')}`);
      }
    }
  }
}
