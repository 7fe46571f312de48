"use strict";
// Draws /openapi.json. Text only ever becomes text nodes, so nothing in the document can run.

const METHODS = ["get", "post", "patch", "put", "delete"];

function element(tag, text, children = []) {
  const made = document.createElement(tag);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function resolve(spec, node) {
  if (!node || !node.$ref) return node;
  return node.$ref.slice(2).split("/").reduce((found, part) => found && found[part], spec);
}

function sample(spec, schema, depth = 0) {
  const found = resolve(spec, schema) || {};
  if (found.example !== undefined) return found.example;
  if (found.default !== undefined) return found.default;
  if (found.enum) return found.enum[0];
  if (found.const !== undefined) return found.const;
  const choice = (found.oneOf || found.anyOf || []).find((option) => option.type !== "null");
  if (choice) return sample(spec, choice, depth);
  if (depth > 5) return "…";
  if (found.properties) {
    return Object.fromEntries(Object.entries(found.properties).map(([k, v]) => [k, sample(spec, v, depth + 1)]));
  }
  if (found.type === "array") return [sample(spec, found.items, depth + 1)];
  return { integer: 0, number: 0, boolean: false, null: null }[found.type] ?? "text";
}

function body(spec, title, content) {
  const [media, described] = Object.entries(content || {})[0] || [];
  if (!media) return [];
  const example = described.example ?? sample(spec, described.schema);
  const text = typeof example === "string" ? example : JSON.stringify(example, null, 2);
  return [element("p", `${title} (${media})`), element("pre", text)];
}

function parameters(operation) {
  if (!(operation.parameters || []).length) return [];
  const rows = operation.parameters.map((p) =>
    element("tr", "", [element("td", "", [element("code", p.name)]), element("td", p.in),
      element("td", p.required ? "required" : ""), element("td", p.description || "")]));
  return [element("table", "", rows)];
}

function responses(spec, operation) {
  return Object.entries(operation.responses || {}).flatMap(([status, answer]) => {
    const found = resolve(spec, answer);
    if (Number(status) >= 400) return [element("p", `${status} ${found.description}`)];
    const shown = body(spec, `${status} ${found.description || ""}`, found.content);
    return shown.length ? shown : [element("p", `${status} ${found.description || ""}`)];
  });
}

function draw(spec, path, method, operation) {
  const name = element("span", method.toUpperCase());
  name.className = "method";
  const summary = element("summary", "", [name, element("code", path), document.createTextNode(` ${operation.summary || ""}`)]);
  const request = operation.requestBody ? body(spec, "Request body", operation.requestBody.content) : [];
  return element("details", "", [summary, ...parameters(operation), ...request, ...responses(spec, operation)]);
}

async function main() {
  const spec = await (await fetch("/openapi.json")).json();
  document.getElementById("about").textContent = spec.info.description;
  const groups = new Map();
  for (const [path, item] of Object.entries(spec.paths)) {
    for (const method of METHODS.filter((m) => item[m])) {
      const tag = (item[method].tags || ["other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(draw(spec, path, method, item[method]));
    }
  }
  for (const [tag, drawn] of groups) {
    document.getElementById("reference").append(element("h2", tag), ...drawn);
  }
}

main().catch((error) => { document.getElementById("about").textContent = `The reference could not be read: ${error}`; });
