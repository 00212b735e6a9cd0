// Reads an OpenAPI document from standard input and says whether it is one, by
// the schema of its own version. Used by the API's test.
import { Validator } from '@seriousme/openapi-schema-validator';

let text = '';
for await (const part of process.stdin) text += part;
const validator = new Validator();
const result = await validator.validate(JSON.parse(text));
if (!result.valid) {
  console.error(JSON.stringify(result.errors, null, 1));
  process.exit(1);
}
console.log(`OpenAPI ${validator.version}`);
