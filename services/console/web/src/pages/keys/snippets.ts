/** Programs that work as they are: with this deployment's address, a key, and a model that is served. */
export function snippets(
  url: string,
  key: string,
  model: string,
): { name: string; code: string }[] {
  return [
    { name: "curl", code: curl(url, key, model) },
    { name: "Python", code: python(url, key, model) },
    { name: "Node.js", code: node(url, key, model) },
  ];
}

function curl(url: string, key: string, model: string): string {
  return `curl ${url}/chat/completions \\
  -H "Authorization: Bearer ${key}" \\
  -H "Content-Type: application/json" \\
  -d '{"model": "${model}", "messages": [{"role": "user", "content": "Hello!"}]}'`;
}

function python(url: string, key: string, model: string): string {
  return `# pip install openai
from openai import OpenAI

client = OpenAI(base_url="${url}", api_key="${key}")
answer = client.chat.completions.create(
    model="${model}",
    messages=[{"role": "user", "content": "Hello!"}],
)
print(answer.choices[0].message.content)`;
}

function node(url: string, key: string, model: string): string {
  return `// npm install openai
import OpenAI from "openai";

const client = new OpenAI({ baseURL: "${url}", apiKey: "${key}" });
const answer = await client.chat.completions.create({
  model: "${model}",
  messages: [{ role: "user", content: "Hello!" }],
});
console.log(answer.choices[0].message.content);`;
}
