/**
 * Tensor files: safetensors (read memory-mapped, written atomically) and NumPy's npy; and what other kind of file one
 * is. Files are not trusted: whatever breaks a rule of the format or a
 * {@link org.unmute.tensor.io.LoadLimits limit} is refused with a
 * {@link org.unmute.tensor.io.MalformedFileException} before anything is allocated from its numbers.
 */
package org.unmute.tensor.io;
