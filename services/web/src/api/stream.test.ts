import { expect, test } from "vitest";
import { eventsOf, type StreamEvent } from "@/api/stream";

async function read(...pieces: string[]): Promise<StreamEvent[]> {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      controller.close();
    },
  });
  const found: StreamEvent[] = [];
  for await (const event of eventsOf(body)) found.push(event);
  return found;
}

test("events come whole, wherever the network cuts them", async () => {
  expect(await read("event: prog", 'ress\ndata: {"done": 1', "}\n", "\nevent: result\ndata: {}\n\n")).toEqual([
    { event: "progress", data: '{"done": 1}' },
    { event: "result", data: "{}" },
  ]);
});

test("an event that is cut off by the end of the stream is none", async () => {
  expect(await read("event: progress\ndata: 1\n\nevent: result\ndata: {")).toEqual([{ event: "progress", data: "1" }]);
});
