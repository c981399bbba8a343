import { expect, test } from "vitest";
import { isNetwork } from "./network";

test.each([
  "203.0.113.7",
  "10.0.0.0/8",
  "0.0.0.0/0",
  "2001:db8::/32",
  "::1",
  "::ffff:203.0.113.7",
  " 192.0.2.1 ",
])("%s is one", (text) => expect(isNetwork(text)).toBe(true));

test.each([
  "",
  "not a network",
  "256.0.0.1",
  "10.0.0",
  "10.0.0.0/33",
  "10.0.0.0/",
  "2001:db8::/129",
  "2001:db8",
  "example.com",
  "1:2:3:4:5:6:7:8:9",
])("%s is none", (text) => expect(isNetwork(text)).toBe(false));
