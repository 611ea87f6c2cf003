export const generateStaticParams = () => [{ id: '1' }];

/** @param {{ params: Promise<{ id: string }> }} props */
export const generateMetadata = async ({ params }) => ({ title: `Item ${(await params).id}` });

export default function Page() {
  return <h1>Item</h1>;
}
