/** Whether a file is called like a picture that a chat shows as one. */
export function isPictureName(name: string): boolean {
  return /\.(png|jpe?g|gif|webp|bmp)$/i.test(name);
}
