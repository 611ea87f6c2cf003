/** @param {{ params: { id: string } }} event */
export async function load({ params }) {
  await new Promise((resolve) => setTimeout(resolve, 200));
  return { id: params.id };
}
