/**
 * The API that a call uses, method and path with ids left out, as Feishu counts its limits: `PATCH
 * im/v1/messages/:id`. Behind the product and version, paths have names and ids in turn (Feishu's page of
 * frequency control). Pure.
 *
 * @param path Begins behind `/open-apis/`; a query is ignored.
 */
export function apiName(method: string, path: string): string {
  const [plain = ""] = path.split("?");
  const segments = plain.split("/").map((segment, i) => i >= 3 && i % 2 === 1 ? ":id" : segment);
  return `${method} ${segments.join("/")}`;
}
