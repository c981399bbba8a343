// LangChain for JavaScript's embeddings, as its guides write it; prints what a user would see.
import { OpenAIEmbeddings } from "@langchain/openai";

const [url, apiKey, model] = process.argv.slice(2);
const configuration = { baseURL: `${url}/v1` };
const embeddings = new OpenAIEmbeddings({ apiKey, model, configuration, maxRetries: 0 });
const vectors = await embeddings.embedDocuments(["Tell me about tolls", "Tell me about roads"]);
const lengths = vectors.map((vector) => vector.length);
console.log(JSON.stringify({ embeddings: { lengths, tokens: null } }));
