import { render } from "@testing-library/react";
import { expect, it } from "vitest";
import { Message } from "@/components/Message";

it("puts each part where the sentence has it", () => {
  const { container } = render(<Message text="{who} knows since {when}." parts={{ when: <time>Monday</time>, who: "Dana" }} />);
  expect(container.innerHTML).toBe("Dana knows since <time>Monday</time>.");
});
