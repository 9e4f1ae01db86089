// Fastify that keeps its finished answer in Redis, read with ioredis.
import { readFile } from "node:fs/promises";
import path from "node:path";
import Fastify from "fastify";
import Redis from "ioredis";

const directory = process.env.BENCH_ANSWER;
const gzipped = await readFile(path.join(directory, "answer.json.gz"));
const headers = JSON.parse(await readFile(path.join(directory, "headers.json")));

const client = new Redis(process.env.REDIS_URL);
await client.set("bench:answer", gzipped);

const app = Fastify();
app.get("/", async (_request, reply) => {
  const body = await client.getBuffer("bench:answer");
  return reply.headers(headers).send(body);
});
await app.listen({ host: "127.0.0.1", port: Number(process.env.PORT) });
