/** `gpt2` or `owner/name`, in the characters that Hugging Face allows; a path is none that starts with a dot. */
export function isHubId(text: string): boolean {
  return /^\w[\w.-]*(\/\w[\w.-]*)?$/.test(text) && !text.includes('--') && !text.includes('..');
}
